from bson import ObjectId


class ObjectIdConverter:
    """<oid:user_id> in a URLconf: a malformed id is a 404 before any view runs."""

    regex = "[0-9a-f]{24}"
    to_python = ObjectId
    to_url = str
