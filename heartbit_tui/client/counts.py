"""Counts as people read them."""

K, M = 1_000, 1_000_000


def tokens(count: int) -> str:
    """A count of tokens in at most five letters: 340, 1.2k, 38k, 1.1M."""
    if count < K:
        return str(max(count, 0))
    if count < 10 * K - 50:
        return f"{count / K:.1f}k"
    if count < M - K // 2:
        return f"{count / K:.0f}k"
    return f"{count / M:.1f}M" if count < 100 * M else f"{count / M:.0f}M"
