"""The films as M220P's Flask API gives them, in JSON: its queries, and its client per request."""

import os

from bson import ObjectId, json_util
from flask import Flask, Response, g, request
from pymongo import DESCENDING, MongoClient

PER_PAGE = 20
SORT = [("tomatoes.viewer.numReviews", DESCENDING)]

application = Flask(__name__)


def database():
    if "client" not in g:
        g.client = MongoClient(os.environ["MONGODB_URI"], maxPoolSize=50, appname="m220p")
    return g.client[os.environ["MFLIX_DB_NAME"]]


@application.teardown_appcontext
def close(error):
    if client := g.pop("client", None):
        client.close()


def answer(document) -> Response:
    return Response(json_util.dumps(document), mimetype="application/json")


@application.get("/movies/")
def movies():
    wanted, sort, fields = {}, SORT, None
    if genre := request.args.get("genre"):
        wanted["genres"] = {"$in": [genre]}
    if words := request.args.get("q"):
        score = {"$meta": "textScore"}
        wanted["$text"], sort, fields = {"$search": words}, [("score", score)], {"score": score}
    page = int(request.args.get("page", 0))
    found = database().movies.find(wanted, fields).sort(sort).skip(page * PER_PAGE).limit(PER_PAGE)
    total = 0 if page else database().movies.count_documents(wanted)
    return answer({"movies": list(found), "page": page, "total_results": total})


@application.get("/facets/")
def facets():
    page = int(request.args.get("page", 0))
    wanted = [{"$match": {"cast": {"$in": [request.args["cast"]]}}}]
    shown = [
        {"$sort": dict(SORT)},
        {"$skip": page * PER_PAGE},
        {"$limit": PER_PAGE},
        {
            "$facet": {
                "runtime": [_buckets("$runtime", [0, 60, 90, 120, 180])],
                "rating": [_buckets("$metacritic", [0, 50, 70, 90, 100])],
                "movies": [{"$addFields": {"title": "$title"}}],
            }
        },
    ]
    movies = database().movies
    total = next(movies.aggregate([*wanted, {"$count": "count"}]), {"count": 0})
    return answer({**next(movies.aggregate([*wanted, *shown])), "total_results": total["count"]})


def _buckets(field: str, bounds: list[int]) -> dict:
    count = {"count": {"$sum": 1}}
    return {
        "$bucket": {"groupBy": field, "boundaries": bounds, "default": "other", "output": count}
    }


@application.get("/movies/<movie_id>/")
def movie(movie_id):
    pipeline = [
        {"$match": {"_id": ObjectId(movie_id)}},
        {
            "$lookup": {
                "from": "comments",
                "let": {"id": "$_id"},
                "pipeline": [
                    {"$match": {"$expr": {"$eq": ["$movie_id", "$$id"]}}},
                    {"$sort": {"date": DESCENDING}},
                ],
                "as": "comments",
            }
        },
    ]
    return answer({"movie": next(database().movies.aggregate(pipeline), None)})
