"""Which errors of PyMongo mean that the database is away or too slow."""

from pymongo.errors import (
    BulkWriteError,
    ConfigurationError,
    ConnectionFailure,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    WriteConcernError,
)

TOO_SLOW = (ExecutionTimeout, NetworkTimeout)

# ConfigurationError is what a mongodb+srv:// name that can't be looked up raises.
DOWN = (ConfigurationError, ConnectionFailure, WriteConcernError)

# Of commands that ended through no fault of ours: a member has just started (134), a restore put
# another collection in the place of the one that was read (175), or the server is ending (11601).
ENDED_BY_THE_SERVER = {134, 175, 11601}


def database_down(error: BaseException | None) -> bool:
    """Does `error` mean that MongoDB is unreachable or too slow, not that we asked wrongly?"""
    if isinstance(error, BulkWriteError) and error.details["writeConcernErrors"]:
        return True
    if isinstance(error, OperationFailure) and error.code in ENDED_BY_THE_SERVER:
        return True
    return isinstance(error, PyMongoError) and (isinstance(error, DOWN) or error.timeout)
