"""What tells the years of the course apart: what the given code of each has, see submission/recognition.py.

That of 2026 is here to be told, and is not graded yet.
"""

from __future__ import annotations

from grader.submission.recognition import feature

LAYERS = ("core", "layers", "activations", "losses", "metrics", "onehot")
FEATURES = (
    feature(
        "`gradient(target, sources)`",
        r"^[ \t]+def gradient\(\s*self\s*,\s*target\b[^,)]{0,100},\s*sources\b",
        (2023, 2024, 2025),
    ),
    feature("`get_input_gradients`", r"^[ \t]+def get_input_gradients\(", (2024, 2025, 2026)),
    feature("`compose_input_gradients`", r"^[ \t]+def compose_input_gradients\(", (2024, 2025, 2026)),
    feature("a tape with `previous_layers`", r"\.previous_layers\b", (2024, 2025)),
    feature("a tape with `prevs`", r"\.prevs\b", (2023,)),
    feature("gradient_tape.py", r"^class GradientTape\b", (2024, 2025), "gradient_tape"),
    feature("`Tensor` and `Weighted`", [r"^class Tensor\b", r"^class Weighted\b"], (2023, 2024, 2025, 2026), "core"),
    feature("`load_and_preprocess_data`", r"^def load_and_preprocess_data\(", (2023, 2024, 2025, 2026)),
    feature("`Diffable.backward`", [r"^class Diffable\b", r"^[ \t]+def backward\(\s*self\b"], (2026,), "core"),
    feature("`requires_grad`", r"\brequires_grad\b", (2026,), "core"),
    feature("`Linear`", r"^class Linear\(\s*Diffable\b", (2026,), "layers"),
    feature("`get_data_MNIST`", r"^def get_data_MNIST\(", (2022,)),
    feature("`gradient()`", r"^[ \t]+def gradient\(\s*self\s*\)", (2022,)),
    feature("a tape with `operations`", r"\.operations\b", (2022,)),
    feature("`CrossEntropyLoss`", r"^class CrossEntropyLoss\b", (2022,)),
    feature(
        "`input_gradients` with `forward`",
        [r"^[ \t]+def forward\(", r"^[ \t]+def input_gradients\("],
        (2022,),
        "layers",
    ),
)
# These years share all of the above: what tells them apart
BETWEEN = (
    feature("`input_gradients`", r"^[ \t]+def input_gradients\(", (2023,)),
    feature("`compose_to_input`", r"^[ \t]+def compose_to_input\(", (2023,)),
    feature("`call`", r"^[ \t]+def call\(\s*self\b", (2023, 2024), *LAYERS),
    feature("`forward`", r"^[ \t]+def forward\(\s*self\b", (2025, 2026), *LAYERS),
    feature("`SequentialModel` in model.py", r"^class SequentialModel\b", (2025,), "model"),
    feature("`SequentialModel` in assignment.py", r"^class SequentialModel\b", (2023, 2024), "assignment"),
    feature("`Variable.assign`", r"^[ \t]+def assign\(", (2025, 2026), "core"),
)
