"""The one error that a person sees."""


class InputError(Exception):
    """Something from outside is unusable: one sentence that names it and the mend.

    The command line prints the sentence and exits with 2.
    """
