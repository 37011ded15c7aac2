from django.core.files.uploadhandler import FileUploadHandler

# More than any form takes, so that the form can say so.
MOST_KEPT = 10 * 2**20


class CappedUpload(FileUploadHandler):
    """Lets the handlers after it have no more of a request's files than a form could want.

    The rest is read and forgotten, so nobody fills the disk; what is too large comes to the form
    as a file that is too large.
    """

    kept = 0

    def receive_data_chunk(self, raw_data, start):
        if self.kept >= MOST_KEPT:
            return None
        self.kept += len(raw_data)
        return raw_data

    def file_complete(self, file_size):
        """The file is the next handler's."""
