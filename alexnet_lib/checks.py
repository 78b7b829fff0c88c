"""What a number must be, told in words when it is not."""

from operator import index


def whole(name, value, least=1, of=""):
    """The value as an int, if it is a whole number from `least`, and not True or False.

    Else raises ValueError: "batch must be a whole number of images from 1, not 2.5", where `of` is
    " of images". Counts as whole: whatever Python can index with, so numpy's and PyTorch's, too.
    """
    try:
        number = least - 1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = least - 1
    if number < least:
        raise ValueError(f"{name} must be a whole number{of} from {least}, not {value!r}")
    return number
