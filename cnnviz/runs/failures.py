"""What ended a training before its time, in a sentence with one knob to try."""

import errno

FULL = {errno.ENOSPC, errno.EFBIG, *(getattr(errno, name, errno.ENOSPC) for name in ("EDQUOT",))}


def explain(error: BaseException, step: int, batch_size: int) -> str:
    """Return the message for an error that ended a training after `step`."""
    if isinstance(error, MemoryError):
        return (
            f"Memory ran out after step {step:,}: try a batch half as large: "
            f"{max(1, batch_size // 2)}."
        )
    if isinstance(error, OSError) and error.errno in FULL:
        return (
            f"The disk is full: writing stopped after step {step:,} and the history up to there is "
            "kept; free some space, then press Resume."
        )
    if isinstance(error, OSError):
        return (
            f"The run's folder cannot be written ({error.strerror}): check it, then press Resume."
        )
    if isinstance(error, ValueError):  # our own sentences: data, shapes, memory, damage
        return str(error)
    return (
        f"The training ended with an error of its own ({type(error).__name__}: {error}) after step "
        f"{step:,}; trainer.log has the details."
    )


def explain_exit(code: int, batch_size: int) -> str:
    """Return the message for a trainer that ended without a word of its own."""
    if code == -9:
        return (
            "The system ended this training (signal 9), most often because memory ran out: try a "
            f"batch half as large ({max(1, batch_size // 2)}), or press Resume to go on from the "
            "last checkpoint."
        )
    reason = f"signal {-code}" if code < 0 else f"exit code {code}"
    return (
        f"The trainer ended without a word ({reason}); trainer.log may tell more; press Resume to "
        "go on from the last checkpoint."
    )
