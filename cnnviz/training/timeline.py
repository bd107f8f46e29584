"""Which steps are kept for replaying: densely at first, where filters change, then ever thinner."""

MOST = 200
MOST_BYTES = 200_000_000


def timeline_steps(total_steps: int, count: int) -> tuple[int, ...]:
    """Return at most `count` rising steps from 0 to `total_steps`.

    A cubic curve through both ends, never flatter than one step at a time: of 3,376 steps and
    200 points, the first 48 are kept without a gap and the last lie 50 steps apart.
    """
    if total_steps < count:
        return tuple(range(total_steps + 1))
    if count < 2:
        return (total_steps,) * count
    last = count - 1
    return tuple(max(i, int(total_steps * (i / last) ** 3 + 0.5)) for i in range(count))


def timeline_count(parameter_bytes: int, resume_bytes: int = 0) -> int:
    """Return how many checkpoints of this size a run keeps: 200, and at most 200 MB.

    That is with the resume file and the one before it; but there is room for two, first and last,
    where these two alone take no more than 200 MB.
    """
    fit = MOST_BYTES // max(1, parameter_bytes)
    beside = (MOST_BYTES - 2 * resume_bytes) // max(1, parameter_bytes)
    return min(MOST, max(beside, min(fit, 2)))
