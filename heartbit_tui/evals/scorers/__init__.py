"""What judges an attempt: the calls, the words, the files, a command, and another model."""

from heartbit_tui.evals.scorers.command import CommandScorer
from heartbit_tui.evals.scorers.judge import JudgeScorer
from heartbit_tui.evals.scorers.keyword import KeywordScorer
from heartbit_tui.evals.scorers.similarity import SimilarityScorer
from heartbit_tui.evals.scorers.trajectory import TrajectoryScorer
from heartbit_tui.evals.scorers.tree import TreeScorer

__all__ = ("CommandScorer", "JudgeScorer", "KeywordScorer", "SimilarityScorer", "TrajectoryScorer", "TreeScorer")
