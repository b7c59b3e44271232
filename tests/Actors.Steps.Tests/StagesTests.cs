using System.Text.Json.Serialization;
using Actors.Grains.Work;
using Shouldly;

namespace Actors.Steps.Tests;

public sealed class StagesTests : IDisposable
{
    private readonly StepRig _rig = new();

    [Fact]
    public async Task Stages_run_on_each_others_results_and_all_results_are_told()
    {
        _rig.Handlers.Add("inc", (int i) => i + 1).Add("text", (int i) => $"<{i}>")
            .Add("length", (string s) => s.Length);

        var outcome = await _rig.RunAsync(Run("41", ("a", "inc"), ("b", "text"), ("c", "length")));

        outcome.Failure.ShouldBeNull();
        outcome.StageResults.ShouldBe([Payload.From(42), Payload.From("<42>")]);
        outcome.Result.ShouldBe(Payload.From(4));
    }

    [Fact]
    public async Task A_stage_hands_its_object_to_one_that_takes_it_without_parsing_it_again()
    {
        var made = new Sample(3) { Hidden = "kept" };
        Sample? taken = null;
        _rig.Handlers.Add("make", (int _) => made).Add("take", (Sample s) => (taken = s).Value);

        (await _rig.RunAsync(Run("1", ("a", "make"), ("b", "take")))).Result.ShouldBe(Payload.From(3));

        taken.ShouldBeSameAs(made);
    }

    [Fact]
    public async Task A_stage_of_another_type_reads_the_json()
    {
        _rig.Handlers.Add("make", (int _) => new Sample(3)).Add("take", (Other o) => o.Value)
            .Add("any", (object o) => o.GetType().Name);

        (await _rig.RunAsync(Run("1", ("a", "make"), ("b", "take")))).Result.ShouldBe(Payload.From(3));
        (await _rig.RunAsync(Run("1", ("a", "make"), ("b", "any")))).Result.ShouldBe(Payload.From("JsonElement"));
    }

    [Theory]
    [InlineData("fails", "declined", true)]
    [InlineData("absent", "handler-missing", false)]
    [InlineData("wants-text", "invalid-input", true)]
    public async Task A_failure_names_its_stage(string second, string type, bool permanent)
    {
        _rig.Handlers.Add("inc", (int i) => i + 1).Add("wants-text", (string s) => s)
            .Add<int, int>("fails", int (_) => throw new TerminalException("no", "declined"));

        var outcome = await _rig.RunAsync(Run("1", ("first", "inc"), ("second", second), ("third", "inc")));

        var failure = outcome.Failure!;
        (failure.Type, failure.Step, failure.IsPermanent).ShouldBe((type, "second", permanent));
        outcome.StageResults.ShouldBe([Payload.From(2)]);
        outcome.Result.ShouldBeNull();
    }

    [Fact]
    public async Task The_timeout_covers_all_stages_together()
    {
        var gate = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        _rig.Handlers
            .Add("first", (int i) =>
            {
                _rig.Clock.Advance(TimeSpan.FromSeconds(6));
                return i;
            })
            .Add<int, int>("second", async (_, c) => await gate.Task.WaitAsync(c.CancellationToken));
        var running = _rig.RunAsync(Run("1", ("a", "first"), ("b", "second")));

        running.IsCompleted.ShouldBeFalse();
        _rig.Clock.Advance(TimeSpan.FromSeconds(4));

        var failure = (await running).Failure!;
        (failure.Type, failure.Step).ShouldBe(("timeout", "b"));
    }

    [Fact]
    public async Task An_abandoned_stage_leaves_the_results_of_those_before_it()
    {
        var gate = new TaskCompletionSource<int>();
        _rig.Handlers.Add("inc", (int i) => i + 1).Add<int, int>("stubborn", async (_, _) => await gate.Task);
        var running = _rig.RunAsync(Run("1", ("a", "inc"), ("b", "inc"), ("c", "stubborn"), ("d", "inc")));
        _rig.Clock.Advance(TimeSpan.FromSeconds(10));
        _rig.Clock.Advance(TimeSpan.FromSeconds(1));

        var outcome = await running;
        (outcome.Failure!.Type, outcome.Failure.Step).ShouldBe(("timeout", "c"));
        outcome.StageResults.ShouldBe([Payload.From(2), Payload.From(3)]);
        gate.SetResult(9);
        await _rig.Log.OrphanEnded.Task;
        outcome.StageResults.ShouldBe([Payload.From(2), Payload.From(3)]);
    }

    [Fact]
    public async Task Each_stage_sees_its_own_name_attempt_and_key()
    {
        var seen = new List<string>();
        _rig.Handlers.Add("see", (int i, StepContext c) =>
        {
            seen.Add($"{c.Step} {c.Attempt} {c.IdempotencyKey}");
            return i;
        });

        await _rig.RunAsync(StepRig.Item(
            new WorkAction.Stages([new("a", "see", 2, "key-a"), new("b", "see", 1, "key-b")]), "1"));

        seen.ShouldBe(["a 2 key-a", "b 1 key-b"]);
    }

    public void Dispose() => _rig.Dispose();

    private static WorkItem Run(string input, params (string Step, string Handler)[] stages) =>
        StepRig.Item(new WorkAction.Stages([.. stages.Select(s => Stage(s.Step, s.Handler))]), input);

    private static PureStage Stage(string step, string handler) => new(step, handler, 1, "key-" + step);

    private sealed record Sample(int Value)
    {
        [JsonIgnore]
        public string? Hidden { get; init; }
    }

    private sealed record Other(int Value);
}
