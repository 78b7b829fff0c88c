import pytest
import torch
from torch import nn
from torch.nn import functional as F

from alexnet_lib.training.evaluation import confident_mistakes, confusion, evaluate
from alexnet_lib.training.plan import Plan

IMAGES = torch.randint(
    0, 256, (23, 1, 4, 4), generator=torch.Generator().manual_seed(0), dtype=torch.uint8
)
LABELS = torch.arange(23) % 3


def model():
    torch.manual_seed(0)
    return nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(16, 3)).train()


def test_it_is_what_one_forward_pass_says_whatever_the_batch():
    asked = model()
    with torch.no_grad():
        scores = asked.eval()((IMAGES.float() / 255 - 0.3) / 0.35)
    asked.train()
    for batch in (23, 5, 100):
        found = evaluate(asked, IMAGES, LABELS, batch=batch)
        assert torch.equal(found.predictions, scores.argmax(1))
        assert found.accuracy == pytest.approx((scores.argmax(1) == LABELS).float().mean().item())
        assert found.loss == pytest.approx(F.cross_entropy(scores, LABELS).item(), rel=1e-5)
        torch.testing.assert_close(found.confidences, scores.softmax(1).amax(1))
    assert asked.training, "it is left in the mode it was in"
    evaluate(asked.eval(), IMAGES, LABELS)
    assert not asked.training


def test_it_computes_as_the_plan_says():
    class Formats(nn.Linear):
        def forward(self, x):
            seen.append(super().forward(x.flatten(1)).dtype)
            return torch.zeros(len(x), 3)

    seen = []
    evaluate(Formats(16, 3), IMAGES, LABELS, Plan(dtype=torch.bfloat16))
    evaluate(Formats(16, 3), IMAGES, LABELS)
    assert seen == [torch.bfloat16, torch.float32]


def test_a_model_that_fails_is_left_in_the_mode_it_was_in():
    broken = nn.Sequential(nn.Flatten(), nn.Linear(3, 3)).train()
    with pytest.raises(RuntimeError):
        evaluate(broken, IMAGES, LABELS)
    assert broken.training and torch.is_grad_enabled()


def test_no_images_no_answer():
    with pytest.raises(ValueError, match="there are no images"):
        evaluate(model(), IMAGES[:0], LABELS[:0])


def test_confusion_counts_true_classes_in_rows():
    matrix = confusion(torch.tensor([0, 0, 1, 2, 2]), torch.tensor([0, 2, 1, 2, 0]), 4)
    assert matrix.tolist() == [[1, 0, 1, 0], [0, 1, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]


def test_confusion_counts_bytes_as_numbers_and_refuses_unequal_lengths():
    table = confusion(torch.tensor([16, 18], dtype=torch.uint8), torch.tensor([16, 18]), 20)
    assert table.nonzero().tolist() == [[16, 16], [18, 18]]
    with pytest.raises(ValueError, match="3 labels and 1 answers"):
        confusion(torch.tensor([0, 1, 0]), torch.tensor([1]), 2)


def test_confusion_refuses_what_is_no_class():
    with pytest.raises(ValueError, match="with 10 classes every answer is from 0 to 9, not 12"):
        confusion(torch.tensor([0]), torch.tensor([12]), 10)
    with pytest.raises(ValueError, match="every label"):
        confusion(torch.tensor([-1]), torch.tensor([0]), 10)


def test_the_most_confident_mistakes_come_first():
    found = evaluate(model(), IMAGES, LABELS)
    truth = found.predictions.clone()
    truth[[3, 7, 11]] = (truth[[3, 7, 11]] + 1) % 3
    by_hand = sorted([3, 7, 11], key=lambda place: -found.confidences[place].item())
    assert confident_mistakes(found, truth).tolist() == by_hand
    assert confident_mistakes(found, truth, 2).tolist() == by_hand[:2]
    assert confident_mistakes(found, found.predictions).tolist() == []
