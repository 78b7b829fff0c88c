"""What takes a while, as a learner meets it: watch it, stop it, keep what was found, start anew."""

from playwright.sync_api import expect


def test_a_training_is_watched_and_interrupted_and_what_it_learned_stays(notebook, barriers):
    page = notebook("05_training")
    data = 'data = fashion.load("best")'
    for text in ("import signal", "from alexnet_lib.training.evaluation", data):
        page.run(text)
    page.ask("device, large = pick_device(), partial(normalise, size=224, channels=3)")
    page.run("untrained = inside.kernels(network)")
    slider = page.run("budget = Slider").get_by_role("slider", name="seconds to train")
    slider.press("End")
    cell = page.run("monitor = Monitor(plots.learning)")
    cell.get_by_text("images per second").wait_for()
    cell.get_by_role("img", name="Curves of loss and accuracy").wait_for()
    page.command("notebook:interrupt-kernel")
    page.kernel_status("idle")
    assert page.errors()["errors"] == []
    assert barriers(page.page, cell, ".jp-OutputArea") == []
    page.ask("assert 0 < history.progress < 1 and len(history.step) > 0")
    page.run("plots.learning(history)").locator("img").wait_for()
    assert page.errors()["errors"] == []


def test_an_experiment_is_started_again_with_other_settings_and_stopped(notebook, barriers):
    page = notebook("06_claims")
    imports = "from functools import partial"
    for text in (imports, "thorough = False", "def kaiming", "def network("):
        page.run(text)
    page.ask("SEEDS, STEPS, IMAGES_TO_TRY, STEPS_TO_TRY = 2, 20, [1000], [20, 10_000]")
    cell = page.run("def pooling(")
    picture = cell.get_by_role("img", name="3 × 3 against 2 × 2")
    picture.first.wait_for()
    cell.get_by_label("steps").select_option("10000")
    start = cell.get_by_role("button", name="Start")
    expect(start).to_be_enabled()
    before = picture.first.get_attribute("alt")
    start.press("Enter")
    stop = cell.get_by_role("button", name="Stop")
    expect(stop).to_be_enabled()
    stop.press("Enter")
    cell.get_by_text("you stopped it; what has finished is shown").wait_for()
    expect(stop).to_be_disabled()
    assert picture.first.get_attribute("alt") != before
    assert page.errors()["errors"] == [] and barriers(page.page, cell, ".jp-OutputArea") == []
