"""What students call the entries of an observation: `w1_after_1` is "the first weight after step 1".

A probe names what it saw in short, for code. Each name has its words here, once for all checks or, in front of a colon,
for one component or one check. Parts of lists and dicts have words of their own: `[#]` stands for any number, of which
{0}, {1} give the first, the second, ... in words, and {n0}, {n1} the number itself. A phrase is singular, so that "is"
goes with it. What is a matter of yes or no has a sentence for when it is not as it should be (WRONG).
"""

from __future__ import annotations

import re

PHRASES = {
    # gradients and outputs of layers and losses
    "y": "the output",
    "s": "the output",
    "dx": "the gradient with respect to the input",
    "dw": "the gradient of w",
    "db": "the gradient of b",
    "both": "the gradient of w and that of b, one after the other,",
    "both[#]": "the {0} of the gradients of w and b",
    "dgamma": "the gradient of gamma",
    "dbeta": "the gradient of beta",
    "gradient": "the gradient with respect to the prediction",
    "asked_again": "the gradient, asked for once more,",
    "gradient-is-fresh:again": "the gradient, asked for once more,",
    "Dense/gradients-are-fresh:again": "the gradient of w, asked for once more,",
    "compose:second": "the gradient with respect to the input of a second call, after another layer's",
    "dx_of_second": "the gradient with respect to the input of a second call, after another layer's",
    "dw_of_second": "the gradient of w of a second call, after another layer's",
    "db_of_second": "the gradient of b of a second call, after another layer's",
    "dx_after_an_update": "the gradient with respect to the input after w was changed in place",
    "dw_after_an_update": "the gradient of w after w was changed in place",
    "db_after_an_update": "the gradient of b after w was changed in place",
    "of_another_batch": "the gradient with respect to the input for a batch of another size",
    "dx_of_another_batch": "the gradient with respect to the input for a batch of another size",
    "dw_of_another_batch": "the gradient of w for a batch of another size",
    "db_of_another_batch": "the gradient of b for a batch of another size",
    "Diffable/calling:layer": "what calling a layer returns",
    "Diffable/calling:metric": "what calling a metric returns",
    "Model/keeping:order": "the list of the layers that the model keeps",
    "Model/keeping:count": "the number of layers that the model keeps",
    "SequentialModel/records:layers_on_tape": "the list of the layers that were called while the tape was open",
    "SequentialModel/network-gradient:numeric[#]": "the {0} part of the slopes, by central differences,",
    "first": "the gradient after the first call",
    "single": "the output for a single row",
    "loss": "the loss",
    "negative": "the output for negative numbers",
    "positive": "the output for positive numbers",
    "zeros": "the output for zeros",
    "float32": "the output for float32 numbers",
    "large": "the output for large numbers",
    "small": "the output for large negative numbers",
    "trainable": "the attribute trainable",
    "training": "the attribute training",
    "elsewhere": "the gradient beside 0",
    "at_zero": "the gradient at 0",
    "shape": "the shape",
    "shape[#]": "the {0} length of the shape",
    # Dense
    "square": "the gradient with respect to the input of a layer with as many inputs as outputs",
    "after_an_update": "the gradient with respect to the input after w was changed in place",
    "Dense/weights-are-live:y": "the output after w was changed in place",
    "Dense/weights-are-live:other": "the output of another layer",
    "Dense/gradients-are-fresh:dw": "the gradient of w after the latest call",
    "Dense/gradients-are-fresh:first": "the gradient of w after the first call",
    "Dense/instances:single": "the gradient of w of another layer, called with a single row,",
    "Dense/instances:weights": "the number of weights",
    "Dense/attributes:w": "the shape of w",
    "Dense/attributes:w[#]": "the {0} length of w",
    "Dense/attributes:b": "the number of entries of b",
    "Dense/attributes:weights": "the list of the sizes of the weights",
    "Dense/attributes:weights[#]": "the size of the {0} array in weights",
    # Dense.initializer
    "std": "the standard deviation of w",
    "kurtosis": "the kurtosis of w (3 for a normal distribution)",
    "mean_in_standard_errors": "the mean of w, in standard errors,",
    "Dense.initializer:w": "the list of the values of w",
    "refused": "what came of names in capitals",
    "refused['Kaiming']": "the initializer 'Kaiming'",
    "refused['XAVIER']": "the initializer 'XAVIER'",
    "refused['Zero']": "the initializer 'Zero'",
    "Dense.initializer:unknown": "an initializer that does not exist",
    "Dense.initializer:sizes": "the list of what _initialize_weight returned, by size,",
    "Dense.initializer:sizes[#]": "the size of the {0} array that _initialize_weight returned",
    "Dense.initializer:sizes[#][#]": "the {1} length of the weight that _initialize_weight returned",
    # activations
    "LeakyReLU:default": "the output with the default alpha",
    "LeakyReLU:alpha": "the output with alpha = 0.25",
    "LeakyReLU:shape": "the shape of the gradient",
    "LeakyReLU/gradient-is-fresh:dx": "the gradient after the second call",
    "Softmax/gradient-is-fresh:dx": "the gradient after the second call",
    "Softmax/instances:single": "the gradient of another Softmax, called with a single row,",
    "Softmax:large": "the output for logits near 1000",
    "Softmax:small": "the output for logits near -1000",
    "Softmax:mixed": "the output for rows near 1000, -1000, 0 and 500",
    "Softmax:spread": "the output for rows that hold both 1000 and -1000",
    # losses
    "MeanSquaredError:single": "the loss for a single row",
    "MeanSquaredError/instances:single": "the gradient of another loss, called with a single row,",
    "MeanSquaredError:perfect": "the loss of a perfect prediction",
    "MeanSquaredError/gradient-is-fresh:gradient": "the gradient after the second call",
    "CrossEntropyLoss:single": "the loss for a single row",
    "CrossEntropyLoss/instances:single": "the gradient of another loss, called with a single row,",
    "CrossEntropyLoss:unlikely": "the loss where the right class has a probability of 0.0003",
    "CrossEntropyLoss:large": "the loss for logits of 1000 and -1000",
    "CrossEntropyLoss/gradient-extremes:gradient": "the gradient for logits of 1000 and -1000",
    # optimizers
    "w#_after_#": "the {0} weight after step {n1}",
    "tiny": "the list of the weights after a step with tiny gradients",
    "tiny['w#_after_#']": "the {0} weight after a step with a tiny gradient",
    "moved": "whether each array that was passed in has changed",
    "moved[#]": "whether the {0} array that was passed in has changed",
    "separate-state:first": "the list of the weights of the first optimizer",
    "separate-state:first[#]": "the {0} weight of the first optimizer",
    "separate-state:second": "the list of the weights of the second optimizer",
    "separate-state:second[#]": "the {0} weight of the second optimizer",
    # metrics
    "CategoricalAccuracy:accuracy": "the accuracy",
    "of_eight": "the accuracy of eight rows",
    "of_seven": "the accuracy of seven rows",
    "all": "the accuracy when every row is right",
    "none": "the accuracy when no row is right",
    "CategoricalAccuracy:single": "the accuracy of a single row that is right",
    "CategoricalAccuracy:first": "the accuracy of the first call",
    "CategoricalAccuracy:second": "the accuracy of the second call",
    # one-hot
    "onehots": "the array of one-hot rows",
    "labels": "the array of labels that inverse gives back",
    "uniq": "the attribute uniq",
    "uniq2oh": "the attribute uniq2oh",
    "uniq2oh[#]": "the row of the label {n0} in uniq2oh",
    "OneHotEncoder:again": "the array of one-hot rows after the second fit",
    "OneHotEncoder:other": "the array of one-hot rows of the other encoder",
    "unseen": "a label that fit has not seen",
    "unfitted": "inverse before any fit",
    # get_data_MNIST
    "get_data_MNIST:shape": "the shape of the inputs",
    "get_data_MNIST:shape[#]": "the {0} length of the inputs' shape",
    "get_data_MNIST:inputs": "the array of inputs",
    "get_data_MNIST:labels": "the array of labels",
    "get_data_MNIST/dtypes:inputs": "the dtype of the inputs",
    "get_data_MNIST/dtypes:labels": "the dtype of the labels",
    "get_data_MNIST:labels_shape": "the shape of the labels",
    "get_data_MNIST:labels_shape[#]": "the number of labels",
    "test_labels_afterwards": "the array of test labels, loaded after the training split,",
    "get_data_MNIST:unknown": "a subset that does not exist",
    # Diffable and the tape
    "gradients": "the list of gradients",
    "gradients[#]": "the {0} gradient of the list",
    "shared": "the gradient through a Jacobian (n, m)",
    "per_example": "the gradient through a Jacobian (B, n, m) for each example",
    "Diffable:square": "the gradient through a Jacobian with as many rows as columns",
    "Diffable/recording:count": "the number of calls that the tape wrote down",
    "Diffable/recording:order": "the list of whether each call that the tape wrote down is the right one",
    "Diffable/recording:order[#]": "whether the {0} call that the tape wrote down is the right one",
    "hidden": "the output while the tape is open",
    "GradientTape:before": "Diffable.gradient_tape before any tape is open",
    "GradientTape:after": "Diffable.gradient_tape after the with block",
    "GradientTape:after_exception": "Diffable.gradient_tape after an exception in the with block",
    "GradientTape:raised": "the exception in the with block",
    "GradientTape:first": "the list of gradients of the first tape",
    "GradientTape:first[#]": "the {0} gradient of the first tape",
    "GradientTape/second-tape:gradients": "the list of gradients of the second tape",
    "GradientTape/second-tape:gradients[#]": "the {0} gradient of the second tape",
    # Model
    "Model/layers:count": "the number of layers in model.layers",
    "Model/layers:weights": "the list trainable_variables",
    "Model/layers:weights[#]": "the {0} array in trainable_variables",
    "weights_beside_a_frozen_layer": "the list trainable_variables with a frozen layer",
    "weights_beside_a_frozen_layer[#]": "the {0} array in trainable_variables with a frozen layer",
    "Model/layers:refused": "a layer that is no Diffable",
    "refused_first": "a first layer that is no Diffable",
    "Model/fit:history": "what fit returned",
    "Model/fit:history['loss']": "the list of losses",
    "Model/fit:history['acc']": "the list of accuracies",
    "Model/fit:history['loss'][#]": "the loss of the {0} epoch",
    "Model/fit:history['acc'][#]": "the accuracy of the {0} epoch",
    "Model/fit:steps": "the number of steps that the optimizer took in two epochs of two batches",
    "Model/fit-batches:single": "what fit returned for a single row",
    "Model/fit-batches:single['loss']": "the list of losses of a fit with a single row",
    "Model/fit-batches:single['acc']": "the list of accuracies of a fit with a single row",
    "Model/fit-batches:single['loss'][#]": "the loss of a fit with a single row",
    "Model/fit-batches:single['acc'][#]": "the accuracy of a fit with a single row",
    "sizes": "the list of (inputs, labels) in a batch",
    "sizes[#]": "the {0} kind of batch, (inputs, labels),",
    "sizes[#][#]": "the number of inputs, or of labels, in a batch",
    "predictions": "the array of predictions, of which every input has one,",
    "their_labels": "the array of labels that came with the inputs",
    "history": "what evaluate returned",
    "history['loss']": "the list of losses",
    "history['acc']": "the list of accuracies",
    "history['loss'][#]": "the {0} loss of the list",
    "history['acc'][#]": "the {0} accuracy of the list",
    "optimizer_attributes": "what the optimizer has for attributes",
    "learning_rate": "the optimizer's learning rate",
    "optimizer_calls": "the number of times that the optimizer was called",
    "weights": "the list of weights",
    "weights[#]": "the {0} weight",
    "weights[#][#]": "the {1} weight of the {0} layer",
    # SequentialModel
    "values": "what batch_step returned",
    "values['loss']": "the loss that batch_step returned",
    "values['acc']": "the accuracy that batch_step returned",
    "seen_by_loss": "what the loss was given",
    "seen_by_loss[#]": "the {0} argument that the loss was given",
    "classes_seen_by_metric": "the array of classes that the metric was given, as its first argument says,",
    "labels_seen_by_metric": "the second argument that the metric was given",
    "SequentialModel:gradients": "the list of gradients that the optimizer was given",
    "SequentialModel:gradients[#]": "the {0} gradient that the optimizer was given",
    "SequentialModel/second-step:gradients": "the list of gradients that the optimizer was given in the second step",
    "SequentialModel/second-step:gradients[#]": "the {0} gradient that the optimizer was given in the second step",
    "shapes": "the list of the gradients' shapes",
    "shapes[#]": "the shape of the {0} gradient",
    "slopes": "the list of slopes of the loss along random directions, as the gradients give them,",
    "slopes[#]": "the {0} slope of the loss along a random direction, as the gradients give it,",
    "numeric": "the list of slopes that central differences of the loss give",
    # BatchNorm
    "BatchNorm/defaults:training": "the output while training",
    "BatchNorm/defaults:evaluation": "the output with training = False",
    "BatchNorm/evaluation:first": "the output with training = False",
    "BatchNorm/evaluation:again": "the output with training = False, asked for once more,",
    "BatchNorm/in-a-model:training": "the list of the layers' attribute training, after a step with training=False,",
    "BatchNorm/in-a-model:training[#]": "the {0} layer's attribute training, after a step with training=False,",
    "BatchNorm/in-a-model:y": "the output of the model with training=False",
    "training_again": "the list of the layers' attribute training, after a step with training=True,",
    "training_again[#]": "the {0} layer's attribute training, after a step with training=True,",
    # the years from 2023 on
    "Diffable/calls:layer": "what calling a layer returns",
    "Diffable/calls:metric": "what calling a metric returns",
    "Diffable/context:after": "Diffable.gradient_tape after the with block",
    "Diffable/context:after_exception": "Diffable.gradient_tape after an exception in the with block",
    "Diffable/context:raised": "the exception in the with block",
    "flat": "the output for a single example without a batch axis",
    "shape_of_w": "the shape of w",
    "shape_of_w['zero']": "the shape of w with the initializer 'zero'",
    "shape_of_w['normal']": "the shape of w with the initializer 'normal'",
    "shape_of_w['xavier']": "the shape of w with the initializer 'xavier'",
    "shape_of_w['kaiming']": "the shape of w with the initializer 'kaiming'",
    "entries_of_b": "what each initializer makes of the bias",
    "entries_of_b['zero']": "the number of entries of b with the initializer 'zero'",
    "entries_of_b['normal']": "the number of entries of b with the initializer 'normal'",
    "entries_of_b['xavier']": "the number of entries of b with the initializer 'xavier'",
    "entries_of_b['kaiming']": "the number of entries of b with the initializer 'kaiming'",
    "slope-is-fresh:gradient": "the gradient after a call with a batch of another size",
    "numbers": "the array of numbers in the Tensor",
    "fraction": "the Tensor of one fraction",
    "assigned": "the array after assign",
    "seen_by_a_view": "what a view of the array shows after assign",
    "trainable_ones": "the list of the trainable weights, by number,",
    "trainable_ones[#]": "the number of the {0} trainable weight (-1 for another array)",
    "frozen_ones": "the list of the weights that are not trainable, by number,",
    "frozen_ones[#]": "the number of the {0} weight that is not trainable (-1 for another array)",
    "Model.weights:weights_of_the_layers": "the list of the layers' weights, by number,",
    "Model.weights:weights_of_the_layers[#]": "the number of the {0} weight of the list (-1 for another array)",
    "weights_of_the_layers": "the list of the layers' weights after the step",
    "weights_of_the_layers[#]": "the {0} weight after the step",
    "inputs_in_all": "the number of different inputs that came in a batch",
    "steps": "the number of steps in two epochs of three batches",
    "history_of_epochs": "what fit returned",
    "history_of_epochs['loss']": "the list of losses that fit returned",
    "history_of_epochs['acc']": "the list of accuracies that fit returned",
    "history_of_epochs['loss'][#]": "the loss of the {0} epoch",
    "history_of_epochs['acc'][#]": "the accuracy of the {0} epoch",
    "means": "what evaluate returned",
    "means['loss']": "the loss that evaluate returned",
    "means['acc']": "the accuracy that evaluate returned",
    "rows_predicted": "the number of rows in the predictions of evaluate",
    "their_classes": "the array of classes that the predictions of evaluate say",
    "gradients_of_the_others": "the list of gradients of the weights that are not frozen",
    "gradients_of_the_others[#]": "the gradient of the {0} weight that is not frozen",
    "SequentialModel/step-gradients:gradients": "the list of gradients that came with the weights",
    "SequentialModel/step-gradients:gradients[#]": "the gradient that came with the {0} weight",
    "SequentialModel/next-step:gradients": "the list of gradients that came with the weights after an evaluation",
    "SequentialModel/next-step:gradients[#]": "the gradient that came with the {0} weight after an evaluation",
    "calls-are-recorded:layers_on_tape": "the list of the layers that were called while the tape was open",
    "SequentialModel/whole-network:numeric[#]": "the {0} part of the slopes, by central differences,",
    "load_and_preprocess_data/order:train_inputs": "the shape of the first result, the training inputs,",
    "load_and_preprocess_data/order:train_labels": "the shape of the second result, the training labels,",
    "load_and_preprocess_data/order:test_inputs": "the shape of the third result, the test inputs,",
    "load_and_preprocess_data/order:test_labels": "the shape of the fourth result, the test labels,",
    "train_inputs": "the array of training inputs",
    "train_labels": "the array of training labels",
    "test_inputs": "the array of test inputs",
    "test_labels": "the array of test labels",
}
WRONG = {
    "Model/keeping:order[#]": "the {0} layer of the model is not the one that it was given in that place",
    "SequentialModel/records:layers_on_tape[#]": "the {0} layer is not called as a function while the tape is open, "
    "so the tape does not record it",
    "SequentialModel/records:loss_on_tape": "the loss is not called as a function while the tape is open, so the tape "
    "does not record it",
    "trainable": "a new layer does not have trainable = True: does its __init__ call super().__init__()?",
    "Model.evaluate/again:trainable": "after evaluate the layers no longer have trainable = True",
    "each_drawn_by_itself": "the same numbers stand in w over and over: each weight is to be drawn by itself",
    "holds_fractions": "the array holds whole numbers, so that no step of less than 1 changes it: make it floats",
    "b_is_zero_with_zero": "the bias is not 0 at the start with the initializer 'zero'",
    "b_is_zero_with_normal": "the bias is not 0 at the start with the initializer 'normal'",
    "b_is_zero_with_xavier": "the bias is not 0 at the start with the initializer 'xavier'",
    "b_is_zero_with_kaiming": "the bias is not 0 at the start with the initializer 'kaiming'",
    "same": "two layers got the very same weights: each is to draw its own",
    "all_one_number": "all weights are one and the same number: none of them was drawn",
    "Zero_gives_zeros": "'Zero' is accepted and gives other weights than 'zero'",
    "named": "the message of the AssertionError does not say which initializer it refuses",
    "finite_when_wrong": "the loss is not finite when the prediction is surely wrong",
    "gradient_is_finite": "the gradient is not finite for probabilities of 0 and 1",
    "moved[#]": "the {0} array that was passed in has not changed: update it in place, `w -= ...` or `w[...] = ...`",
    "Diffable/recording:order[#]": "the {0} call that the tape wrote down is not the {0} that was made",
    "Diffable/abstract:refused": "a Callable without a forward of its own can be made and called",
    "active": "Diffable.gradient_tape is not the tape while the with block runs",
    "is_what_with_names": "`with GradientTape() as tape` does not give the tape itself: __enter__ is to return self",
    "optimizer": "after compile the model does not hold the optimizer",
    "loss_fn": "after compile the model does not hold the loss",
    "acc_fn": "after compile the model does not hold the metric",
    "Model/fit:training": "fit calls batch_step without training=True",
    "trained": "evaluate calls batch_step with training=True, so the weights change",
    "given_the_weights_in_order": "the optimizer was not given the layers' weights, in the order of the layers",
    "BatchNorm/training:training": "a new BatchNorm does not have training = True",
    "BatchNorm/in-a-model:training[#]": "after a step with training=False the {0} BatchNorm still has training = True",
    "training_again[#]": "after a step with training=True the {0} BatchNorm still has training = False",
    # the years from 2023 on
    "inputs_is_a_list": "after a call, self.inputs is no longer the list that `__call__` keeps there: forward puts "
    "something else in its place, so the tape cannot walk on from here",
    "inputs_are_the_arguments": "after a call, self.inputs does not hold the very arrays that went in: the tape knows "
    "those by their id, and a copy has another one",
    "unknown_is_refused": "an initializer that does not exist is accepted",
    "loss_is_finite": "the loss is not finite for probabilities of 0 and 1",
    "is_a_tensor": "what comes out is no Tensor",
    "trainable_at_first": "a new Tensor does not have trainable = True",
    "one_of_three_is_trainable": "trainable is not True though one of three weights is trainable",
    "none_is_trainable": "trainable is not False though none of the weights is trainable",
    "all_frozen": "after trainable = False some weight is still trainable",
    "Weighted:all_trainable": "after trainable = True some weight is still frozen",
    "SequentialModel:all_trainable": "after a step with training=False some weight is frozen, and nothing undoes it",
    "written_down": "a call while the tape is open is not written down under the array that it returns",
    "not_written_down": "a call before the tape is open is written down",
    "keeps_its_layers": "model.layers does not hold the layers that the model was made of",
    "no_batch_is_empty": "batch_step is called with an empty batch: where the batch size divides the number of rows, "
    "there is no further batch",
    "no_batch_is_too_large": "batch_step is given a larger batch than batch_size says",
    "labels_are_their_own": "batch_step is given inputs with the labels of others",
    "every_step_trains": "fit calls batch_step without training=True",
    "no_step_trains": "evaluate calls batch_step with training=True, so the weights change",
    "incomplete-batch:inputs_in_all": "of 9 rows in batches of 4 some are lost that do not lie in the last batch, or "
    "that predictions are wanted for",
    "calls-are-recorded:layers_on_tape[#]": "the {0} layer is not called as a function while the tape is open, so the "
    "tape does not record it",
    "calls-are-recorded:loss_on_tape": "the loss is not called as a function while the tape is open, so the tape does "
    "not record it",
    "train_inputs_are_floats": "the training inputs are no floats",
    "test_inputs_are_floats": "the test inputs are no floats",
    "train_inputs_are_a_Tensor": "the training inputs are no Tensor",
    "test_inputs_are_a_Tensor": "the test inputs are no Tensor",
}
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
NUMBER = re.compile(r"(?<=\[)\d+(?=\])|(?<=\bw)\d+(?=_after_)|(?<=_after_)\d+")
LAST_PART = re.compile(r"\[[^\[\]]*\]$")


def phrase(check: str, entry: str) -> str:
    """An entry of what a check saw, in words; that of which it is a part where it has none of its own."""
    found = looked_up(PHRASES, check, entry)
    if found:
        return found
    whole = LAST_PART.sub("", entry)
    if whole != entry:
        return f"{phrase(check, whole)} at {entry[len(whole) :]}"
    return kept(entry) or f"`{entry}`"


def kept(entry: str) -> str:
    """The name of an argument that is looked at again after the calls."""
    name, was_kept, _ = entry.partition("_kept")
    return "" if not was_kept else name.replace("random_state", "the random state").replace("gradient_", "gradient ")


def wrong(check: str, entry: str) -> str:
    """The sentence for a matter of yes or no that is not as it should be; '' where there is none."""
    return looked_up(WRONG, check, entry)


def looked_up(table: dict[str, str], check: str, entry: str) -> str:
    component, _, slug = check.partition("/")
    numbers = [int(each) for each in NUMBER.findall(entry)]
    form = NUMBER.sub("#", entry)
    names = (f"{check}:{form}", f"{component}:{form}", f"{slug}:{form}", form)
    found = next((table[name] for name in names if name in table), "")
    # Weights are counted from 1 by their names, places of a list from 0
    first = 1 if "_after_" in entry else 0
    ordinals = [ordinal(number - first) for number in numbers]
    return found.format(*ordinals, **{f"n{place}": number for place, number in enumerate(numbers)})


def ordinal(index: int) -> str:
    return ORDINALS[index] if 0 <= index < len(ORDINALS) else f"number {index + 1}"
