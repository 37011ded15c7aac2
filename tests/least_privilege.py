"""A plugin for pytest: the application is its own MongoDB user, and the tests' hands another.

With `-p tests.least_privilege`, TEST_MONGODB_URI is how the application logs in, as ever, and
TEST_OPERATOR_URI how the tests put documents there, look at them and remove them.
"""

import os
import sys

from pymongo import MongoClient
from pymongo.collection import Collection


def pytest_collection_finish(session):
    from django.conf import settings

    from pialara_site import schema

    client = MongoClient(os.environ["TEST_OPERATOR_URI"], **settings.MONGODB_OPTIONS)

    def operators(collection: Collection) -> Collection:
        return client[collection.database.name][collection.name]

    for name, module in list(sys.modules.items()):
        if name == "conftest" or ".test_" in name or name.endswith(".mothers"):
            for attribute, value in list(vars(module).items()):
                if isinstance(value, Collection):
                    setattr(module, attribute, operators(value))
    schema.COLLECTIONS[:] = [(operators(each), module) for each, module in schema.COLLECTIONS]
