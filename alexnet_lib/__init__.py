"""What the AlexNet notebooks share: a file for what a lesson is about, a folder for machinery.

| name | lesson | what is in it |
|---|---|---|
| `conv` | 1, 2 | cross-correlation, convolution, pooling, the output size and its padding |
| `dropout` | 3 | masks, inverted dropout, every mask with its probability |
| `alexnet` | 4 | the tutorial's network, the paper's, torchvision's, and one for 28 × 28 |
| `anatomy` | 2, 4 | AlexNet layer by layer: sizes, receptive fields, costs |
| `inside` | 5 | what a trained network answers: activations, kernels, occlusion |
| `worked` | 1 to 3 | one computation told in full, for a drawing to show |
| `data` | 1, 4 to 6 | photographs, a folder of images, Fashion-MNIST, published weights |
| `training` | 4 to 6 | one network learns: plan, loop, checkpoints, evaluation, device |
| `experiments` | 6 | many networks learn side by side, and are compared |
| `draw` | | grids of numbers, networks, photographs and plots; draws what it is handed |
| `explore` | | sliders and other controls, and the views that they move |
| `questions` | | questions, replies to right and wrong answers, hints, what is solved |
| `checks` | | what a number must be, told in words |
| `files` | | files that are whole or not there |
| `shown` | | what drawings return, and explorers, questions and notebooks show |

`draw`, `explore` and `questions` know nothing of the mathematics; a page brings them together.
"""
