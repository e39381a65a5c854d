class CategoricalAccuracy "[2J]0;owned[1;1Hscore 100": pass
