"""How far two names are from each other, as typing errors go."""


def distance(left: str, right: str) -> int:
    """Letters changed, missing, added, or swapped with their neighbour (optimal string alignment)."""
    before, above = [], list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        row = [i]
        for j, b in enumerate(right, 1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, above = above, row
    return above[-1]
