"""What the years from 2023 on say of the models to train: how they are made, what they are given, what they must be."""

from __future__ import annotations

from typing import Any

from grader.ask.client import Fault
from grader.ask.subject import Remote, Trainee
from grader.homeworks.beras import dialect as first
from grader.submission.fit_calls import read_fit

PARTS = ("get_model", "get_optimizer", "get_loss_fn", "get_acc_fn")  # of 2025, in the order that compile takes them in

CLASSES = {"base": "Diffable", "dense": "Dense", "tensor": "Tensor"}  # what the fast core is told of
WORDS = ("forward", "weights", "input_gradients", "weight_gradients", "compose_to_input", "compose_to_weight")


class Training(first.Dialect):
    """The verbs of trainings."""

    @classmethod
    def makers(cls, kind: str) -> tuple[str, ...]:
        return PARTS if PARTS[0] in cls.edition.modules else super().makers(kind)

    def trainee(self, kind: str) -> Trainee:
        """The compiled model; what 2025 says of epochs and batches stands in the script part of its assignment.py."""
        makers = self.makers(kind)
        if makers != PARTS:
            return super().trainee(kind)
        if any(self.places[name].found for name in makers):
            first, *others = map(self.get, makers)
            model = first()
            model.method("compile", *(self.made(maker, model) for maker in others))
        else:
            model = self.model_of_script(self.places[makers[0]].home)
        module = self.places.modules.get(self.places[makers[0]].home)
        script = module.path if module is not None else self.edition.reference / "assignment.py"
        said = read_fit(script)
        usual = self.edition.settings["training"]
        return Trainee(model, *(said.get(name, usual[name]) for name in ("epochs", "batch_size")))

    def made(self, maker: Remote, model: Remote) -> Remote:
        """What a function makes, of a model where it asks for one: an optimizer may hold the weights of the model."""
        takes = any(kind == "required" or name == "model" for name, kind in self.parameters(maker))
        return maker(model) if takes else maker()

    def model_of_script(self, module: str) -> Remote:
        """The model that a script fits: that of fall 2024 has no functions. Raises Fault where it fits none."""
        reply = self.ask("object_of_call", module=module, base=self.get("Model").ref, method="fit")
        model = self.remote(reply, "model")
        if model.kind == "NoneType":
            raise Fault("missing", f"{self.places.path(module)} has no {PARTS[0]}, and fits no model as a script")
        return model

    def misfit(self, kind: str, model: Remote) -> str:
        """Nothing: these years leave it to the student how many layers there are."""
        return ""

    @classmethod
    def model_forward(cls) -> str:
        return cls.edition.word("forward")

    def arrays(self, data: Remote) -> Remote:
        """Tensors."""
        return self.get("Tensor")(data)

    def fast_core(self, model: Remote) -> Any:
        classes = {name: self.get(of).ref for name, of in CLASSES.items()}
        words = {word: self.edition.word(word) for word in WORDS}
        return self.ask("vectorise_later", model=model.ref, words=words, **classes)
