"""Compares MongoDB with what the site told people, without any code of the site."""

from collections import Counter

from pymongo import MongoClient

from .load import Journal, Outcome


def verdict(outcome: Outcome, times: list[int]) -> str | None:
    """What is wrong with a change whose facts are there so many times."""
    if max(times) > 1:
        return "doubled"
    if min(times) != max(times):
        return "half done"
    if outcome == Outcome.DONE and times[0] == 0:
        return "lost"
    if outcome == Outcome.REFUSED and times[0] == 1:
        return "refused but there"
    return None


class Checker:
    """`found` says in sentences what is wrong; `counts` how often, by kind."""

    def __init__(self, client: MongoClient):
        self.client = client
        self.counts = Counter()
        self.found = []

    def check(self, journal: Journal):
        for write in journal.writes:
            if kind := verdict(write.outcome, [self._count(*fact) for fact in write.facts]):
                self._report(kind, f"{write.what}, {write.outcome.name}: {write.facts}")
        self._check_films()
        self._check_images()
        self._check_entries()
        self._check_contacts()
        active = {"rol": "Administrador", "estado": "activo"}
        if not self.client.pialara.users.count_documents(active):
            self._report("half done", "there is no active administrator")

    def _report(self, kind: str, what: str):
        self.counts[kind] += 1
        self.found.append(f"{kind}: {what}")

    def _count(self, name: str, wanted: dict) -> int:
        database, collection = name.split(".")
        return self.client[database][collection].count_documents(wanted)

    def _check_films(self):
        """A film's number of comments is the number of its comments."""
        for film in self.client.sample_mflix.movies.find():
            there = self._count("sample_mflix.comments", {"movie_id": film["_id"]})
            if there != film["num_mflix_comments"]:
                told = film["num_mflix_comments"]
                self._report("half done", f"{film['title']} tells {told} of {there} comments")

    def _check_images(self):
        """The image that a comment names is whole."""
        bucket = self.client.sample_mflix.attachments
        for comment in self.client.sample_mflix.comments.find({"image": {"$exists": True}}):
            file = bucket.files.find_one({"_id": comment["image"]})
            parts = bucket.chunks.find({"files_id": comment["image"]})
            if file is None or file["length"] != sum(len(part["data"]) for part in parts):
                self._report("half done", f"comment {comment['_id']} has no image")

    def _check_entries(self):
        """Who was added is there, who was deleted is not, and the last change is what is stored."""
        log, users = self.client.pialara.audit_log, self.client.pialara.users
        deleted = set(log.distinct("target._id", {"action": "delete"}))
        created = set(log.distinct("target._id", {"action": "create"}))
        there = {user["_id"]: user for user in users.find()}
        for user_id in deleted & there.keys():
            self._report("half done", f"{user_id} was deleted and is there")
        for user_id in created - deleted - there.keys():
            self._report("half done", f"{user_id} was added and is not there")
        for field in ("nombre", "parent"):
            edits = log.find({"action": "edit", f"changes.{field}": {"$exists": True}})
            last = {edit["target"]["_id"]: edit for edit in edits.sort("at")}
            for user_id in last.keys() & there.keys():
                if there[user_id][field] != last[user_id]["changes"][field]["new"]:
                    self._report("half done", f"{field} of {user_id} is not that of the log")

    def _check_contacts(self):
        """Each contact was added once, with its entry in the log."""
        for user in self.client.pialara.users.find({"contactos": {"$exists": True}}):
            names = [contact["nombre"] for contact in user["contactos"]]
            if len(names) != len(set(names)):
                self._report("doubled", f"contacts of {user['_id']}")
            wanted = {"action": "contacts", "target._id": user["_id"]}
            if self._count("pialara.audit_log", wanted) != len(names):
                self._report("half done", f"contacts of {user['_id']}")
