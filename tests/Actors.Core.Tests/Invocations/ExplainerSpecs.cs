using System.Globalization;
using Actors.Core.Definitions;
using Actors.Core.Invocations;
using Actors.Definitions;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>
/// The exact words of each state; since when and until when, in seconds behind noon. A journal that was read again and
/// a snapshot explain the same.
/// </summary>
public sealed class ExplainerSpecs
{
    private const string Running = "It is running: 1 attempt is handed out to the workers.";
    private const string Paused = "It is paused: no further step is started until it is resumed.";
    private const string Compensating = "It is compensating (no).";
    private const string Minute = "its outcome, or the attempt timeout of 1m once a worker has it";

    private static Step Retried(string name, params string[] after) => Work(name, after) with { Retry = Retries(3) };

    private static Step Waiting(string name) => new() { Name = name, Action = new StepAction.Wait("go") };

    private static Step Delayed(string name) => new() { Name = name, Action = new StepAction.Delay("10s") };

    private static Step Parent(string name) => new() { Name = name, Action = new StepAction.Child("other", null) };

    [Fact]
    public void An_attempt_that_is_out_is_with_the_workers_or_on_its_way_to_them()
    {
        var s = new Scenario(Retried("a")).Start();
        Says(s, Running, $"a: attempt 1, which is handed out to the workers | 0.. | {Minute}");
        s.After(5).Fail("a", permanent: false).After(1);
        Says(s, Running, $"a: attempt 2, which is handed out to the workers | 6.. | {Minute}");
    }

    [Fact]
    public void Several_attempts_that_are_out_are_counted() => Says(
        new Scenario(Work("a"), Work("b")).Start(),
        "It is running: 2 attempts are handed out to the workers.",
        $"a: attempt 1, which is handed out to the workers | 0.. | {Minute}",
        $"b: attempt 1, which is handed out to the workers | 0.. | {Minute}");

    [Theory]
    [InlineData("limit 1", null, 1, null)]
    [InlineData("limit 2 of queue 'cards'", "cards", 2, null)]
    [InlineData("limit 0.5 per second", null, null, 0.5)]
    [InlineData("limit 2 and 10 per second", null, 2, 10.0)]
    public void The_limit_for_whose_place_an_attempt_may_wait_is_named(
        string limit, string? queue, int? most, double? rate) => Says(
        new Scenario(Work("a") with { Limit = new StepLimit(queue, most, rate) }).Start(), Running,
        $"a: attempt 1, which is handed out to the workers ({limit}) | 0.. | {Minute}");

    [Theory]
    [InlineData("10s", "timeout: 10s")]
    [InlineData("20s", "timeout: { step: 20s }")]
    [InlineData("5s", "retry: none")]
    public void The_timeout_is_the_one_that_the_worker_is_given(string limit, string more) => Says(
        new Scenario(ProcessFile.Read(
            $$"""
            process: p
            services: { shop: { url: http://127.0.0.1:1, timeout: {{(more[0] == 't' ? "1h" : "5s")}} } }
            steps: { a: { get: shop/x, {{more}} } }
            """, "p.yaml").MapOrThrow()).Start(),
        Running,
        "a: attempt 1, which is handed out to the workers | 0.. | " +
        $"its outcome, or the attempt timeout of {limit} once a worker has it");

    [Fact]
    public void The_next_attempt_is_waited_for_from_the_failure_of_the_last()
    {
        var s = new Scenario(Retried("a")).Start().After(5).Fail("a", permanent: false);
        Says(s, "It waits for attempt 2, after: not now.", "a: attempt 2, after: not now | 5..6 | the timer");
    }

    [Fact]
    public void A_signal_is_waited_for_until_its_timeout()
    {
        Says(new Scenario(Waiting("a")).Start(), "It waits for signal 'go'.",
            "a: signal 'go' | 0.. | actors signal p/1 go");
        var limited = Waiting("a") with { Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(30)) };
        Says(new Scenario(limited).Start(), "It waits for signal 'go'.",
            "a: signal 'go' | 0..30 | actors signal p/1 go");
    }

    [Fact]
    public void A_delay_is_waited_for_until_its_end() => Says(
        new Scenario(Work("a"), Delayed("d") with { After = ["a"] }).Start().After(5).Succeed("a"),
        "It waits for the end of its delay.", "d: the end of its delay | 5..15 | the timer");

    [Fact]
    public void Several_things_that_are_waited_for_are_counted() => Says(
        new Scenario(Waiting("a"), Delayed("b")).Start(), "It waits for 2 things.",
        "a: signal 'go' | 0.. | actors signal p/1 go", "b: the end of its delay | 0..10 | the timer");

    [Fact]
    public void A_child_is_named_with_the_command_that_explains_it()
    {
        var s = new Scenario(Parent("c")).Start();
        const string released = "its end; why it waits: actors explain other/p~1~1~c";
        Says(s, "It waits for child 'other/p~1~1~c'.", $"c: child 'other/p~1~1~c' | 0.. | {released}");
        s.After(3).Cancel();
        Says(s, "It is stopping (cancelled on request): what still runs is awaited before compensation begins.",
            $"c: child 'other/p~1~1~c', which was told to stop | 0.. | {released}");
    }

    [Fact]
    public void A_join_is_waited_for_until_its_deadline()
    {
        var join = new JoinPolicy.Deadline(TimeSpan.FromSeconds(20), 2);
        var s = new Scenario(
            Work("first"), Work("a", "first"), Work("b", "first"), Work("c", "first"),
            Work("j", "a", "b", "c") with { Join = join });
        s.Start();
        Says(s, Running, $"first: attempt 1, which is handed out to the workers | 0.. | {Minute}");
        s.After(5).Succeed("first").After(1).Succeed("a");
        string[] out2 =
        [
            $"b: attempt 1, which is handed out to the workers | 5.. | {Minute}",
            $"c: attempt 1, which is handed out to the workers | 5.. | {Minute}",
        ];
        Says(s, "It is running: 2 attempts are handed out to the workers.",
        [
            .. out2,
            "j: its join: 1 of 3 have succeeded, at least 2 are needed | 5..25 | " +
            "the end of the others; else its deadline, with what there is by then",
        ]);
        s.Pause();
        Says(s, Paused,
        [
            "-: a person to resume it | 6.. | actors resume p/1",
            .. out2,
            "j: its join: 1 of 3 have succeeded, at least 2 are needed | 5..25 | " +
            "the end of the others; else its deadline, with what there is by then, once it is resumed",
        ]);
    }

    [Fact]
    public void A_pause_counts_from_when_it_was_made()
    {
        var s = new Scenario(Delayed("d"), Retried("a")).Start();
        s.After(4).Fail("a", permanent: false).After(0.5).Pause();
        string[] waits =
        [
            "-: a person to resume it | 4.5.. | actors resume p/1",
            "d: the end of its delay | 0..10 | the timer, once it is resumed",
            "a: attempt 2, after: not now | 4..5 | the timer, once it is resumed",
        ];
        Says(s, Paused, waits);
        s.After(60);
        Says(s, Paused, waits);
        s.Resume().After(1).Pause();
        Says(s, Paused,
            "-: a person to resume it | 65.5.. | actors resume p/1",
            $"a: attempt 2, which is handed out to the workers | 65.5.. | {Minute}");
    }

    [Fact]
    public void An_undo_counts_from_when_it_was_handed_out_and_its_retry_from_the_failure()
    {
        var s = new Scenario(Undoable("a"), Undoable("b", "a"), Work("c", "b")).Start();
        s.After(5).Succeed("a").After(5).Succeed("b").After(5).Fail("c");
        Says(s, Compensating, $"b: its compensation (attempt 1), which is handed out to the workers | 15.. | {Minute}");
        s.After(2).UndoFails("b", permanent: false);
        Says(s, Compensating, "b: attempt 2 of its compensation, after: not now | 17..17.1 | the timer");
        s.After(3);
        Says(s, Compensating, $"b: its compensation (attempt 2), which is handed out to the workers | 20.. | {Minute}");
        s.After(1).Undone("b");
        Says(s, Compensating, $"a: its compensation (attempt 1), which is handed out to the workers | 21.. | {Minute}");
    }

    [Fact]
    public void A_pause_holds_what_is_undone_as_well()
    {
        var s = new Scenario(Undoable("a"), Undoable("b", "a"), Work("c", "b")).Start();
        s.Succeed("a").Succeed("b").After(5).Fail("c").UndoFails("b", permanent: false).After(0.05).Pause();
        Says(s, "It is paused while it compensates (no): nothing more is undone until it is resumed.",
            "-: a person to resume it | 5.05.. | actors resume p/1",
            "b: attempt 2 of its compensation, after: not now | 5..5.1 | the timer, once it is resumed");
        var stopping = new Scenario(Undoable("a"), Work("b")).Start().Pause().After(1).Fail("b");
        Says(stopping, "It is paused while it stops (no): nothing is undone until it is resumed.",
            "-: a person to resume it | 0.. | actors resume p/1",
            $"a: attempt 1, which was told to stop | 0.. | {Minute}");
    }

    [Fact]
    public void What_a_join_went_on_without_is_undone_while_it_runs()
    {
        var s = new Scenario(Undoable("a"), Undoable("b"), Work("j", "a", "b") with { Join = new JoinPolicy.Any() });
        s.Start().After(1).Succeed("a");
        Says(s, "It is running: 2 attempts are handed out to the workers.",
            $"b: attempt 1, which was told to stop | 0.. | {Minute}",
            $"j: attempt 1, which is handed out to the workers | 1.. | {Minute}");
        s.After(1).Succeed("b");
        Says(s, "It is running: 2 attempts are handed out to the workers.",
            $"b: its compensation (attempt 1), which is handed out to the workers | 2.. | {Minute}",
            $"j: attempt 1, which is handed out to the workers | 1.. | {Minute}");
    }

    [Fact]
    public void What_is_stopping_says_what_was_told_to_stop_and_what_may_finish()
    {
        var s = new Scenario(Retried("a"), Work("b")).Start().After(1).Fail("b");
        const string stopping = "It is stopping (no): what still runs is awaited before compensation begins.";
        Says(s, stopping, $"a: attempt 1, which was told to stop | 0.. | {Minute}");
        var finishing = new Scenario(new StepMap
        {
            Process = "p", OnFailure = SiblingPolicy.Finish, Steps = [Retried("a"), Work("b")],
            Deadline = TimeSpan.FromHours(1),
        });
        finishing.Start().After(1).Fail("b");
        Says(finishing, stopping,
            $"a: attempt 1, which is handed out to the workers | 0.. | {Minute}",
            "-: its end before the deadline | 0..3600 | " +
            "the end of what still runs; at the deadline that is told to stop");
        finishing.Fail("a", permanent: false);
        Says(finishing, stopping, "a: attempt 2, after: not now | 1..2 | the timer",
            "-: its end before the deadline | 0..3600 | " +
            "the end of what still runs; at the deadline that is told to stop");
    }

    [Fact]
    public void A_replacement_waits_for_the_end_of_what_it_replaces()
    {
        var s = new Scenario(Undoable("a"), Work("b")).Start().Succeed("a").After(2);
        s.Start(policy: StartPolicy.Replace, correlation: "d");
        Says(s, "It is stopping (replaced by a new start): what still runs is awaited before compensation begins. " +
            "A new run begins at its end.",
            "-: its end, at which a new run begins | 2.. | the end of what still runs and is undone",
            $"b: attempt 1, which was told to stop | 0.. | {Minute}");
        s.After(1).Fail("b");
        Says(s, "It is compensating (replaced by a new start). A new run begins at its end.",
            "-: its end, at which a new run begins | 2.. | the end of what still runs and is undone",
            $"a: its compensation (attempt 1), which is handed out to the workers | 3.. | {Minute}");
    }

    [Fact]
    public void A_deadline_counts_from_the_start_or_the_last_retry()
    {
        var s = new Scenario(new StepMap { Process = "p", Steps = [Waiting("a")], Deadline = TimeSpan.FromMinutes(1) });
        const string released = "its last step; at the deadline it fails and is compensated";
        Says(s.Start(), "It waits for signal 'go'.",
            "a: signal 'go' | 0.. | actors signal p/1 go", $"-: its end before the deadline | 0..60 | {released}");
        s.After(60).IsNow(InvocationStatus.Failed).After(40).Retry();
        Says(s, "It waits for signal 'go'.",
            "a: signal 'go' | 100.. | actors signal p/1 go", $"-: its end before the deadline | 100..160 | {released}");
    }

    [Fact]
    public void What_has_ended_waits_for_nothing()
    {
        Says(new Scenario(Work("a")).Start().Succeed("a"), "It has completed.");
        Says(new Scenario(Work("a")).Start().Fail("a"), "It has failed: no.");
        Says(new Scenario(Waiting("a")).Start().Cancel(), "It was cancelled: cancelled on request.");
    }

    [Fact]
    public void Detached_steps_that_go_on_behind_the_end_are_named()
    {
        var s = new Scenario(
            Work("a"), Retried("mail") with { Detached = true }, Delayed("later") with { Detached = true },
            Waiting("heard") with { Detached = true });
        s.Start().Succeed("a");
        string[] others =
        [
            "later: the end of its delay | 0..10 | the timer",
            "heard: signal 'go' | 0.. | nothing any more: what has ended takes no signals",
        ];
        Says(s, "It has completed. Detached steps go on: mail, later, heard.",
            [$"mail: attempt 1, which is handed out to the workers | 0.. | {Minute}", .. others]);
        s.After(1).Fail("mail", permanent: false);
        Says(s, "It has completed. Detached steps go on: mail, later, heard.",
            ["mail: attempt 2, after: not now | 1..2 | the timer", .. others]);
        s.After(1).Succeed("mail").After(20);
        Says(s, "It has completed. Detached steps go on: heard.", others[1]);
    }

    [Fact]
    public void Detached_steps_go_on_behind_a_failure_as_well()
    {
        var s = new Scenario(
            Work("a"),
            Delayed("d1") with { Detached = true }, Delayed("d2") with { Detached = true },
            Delayed("d3") with { Detached = true }, Delayed("d4") with { Detached = true },
            Delayed("d5") with { Detached = true }, Delayed("d6") with { Detached = true },
            Delayed("d7") with { Detached = true });
        s.Start().Fail("a");
        InvocationExplainer.Explain(s.State).Summary.ShouldBe(
            "It has failed: no. Detached steps go on: d1, d2, d3, d4, d5 and 2 more.");
    }

    [Fact]
    public void A_detached_wait_for_a_signal_ends_by_its_timeout_alone() => Says(
        new Scenario(Work("a"), Waiting("heard") with
        {
            Detached = true, Timeout = new StepTimeouts(null, TimeSpan.FromSeconds(30)),
        }).Start().Succeed("a"),
        "It has completed. Detached steps go on: heard.",
        "heard: signal 'go' | 0..30 | its timeout: what has ended takes no signals");

    [Fact]
    public void Of_many_items_the_first_are_listed_and_all_are_counted()
    {
        var items = string.Join(',', Enumerable.Range(0, 250));
        var s = new Scenario(new StepMap
        {
            Process = "p", Deadline = TimeSpan.FromHours(1),
            Steps = [Waiting("m") with { Each = new Each("$.input.items", null) }],
        }).Start($$"""{"items":[{{items}}]}""");
        var why = InvocationExplainer.Explain(s.State);
        why.Summary.ShouldBe("It waits for 250 things.");
        why.Waits.Count(w => w.Step is not null).ShouldBe(InvocationExplainer.ReasonsMax);
        why.Waits[^1].For.ShouldBe("its end before the deadline");
    }

    private static void Says(Scenario s, string summary, params string[] waits)
    {
        Explained(s.State).ShouldBe([summary, .. waits]);
        var read = InvocationSnapshot.Read(s.State.Id, InvocationSnapshot.Write(s.State), _ => s.State.Process);
        Explained(read).ShouldBe([summary, .. waits], "a snapshot explains the same");
        Explained(s.Reload().State).ShouldBe([summary, .. waits], "the journal explains the same");
    }

    private static string[] Explained(InvocationState state)
    {
        var why = InvocationExplainer.Explain(state);
        return [why.Summary, .. why.Waits.Select(Text)];
    }

    private static string Text(WaitReason wait) =>
        $"{wait.Step ?? "-"}: {wait.For} | {Seconds(wait.Since)}..{Seconds(wait.Until)} | {wait.ReleasedBy}";

    private static string Seconds(DateTimeOffset? time) => time is { } t
        ? (t - Noon).TotalSeconds.ToString("0.######", CultureInfo.InvariantCulture)
        : "";
}
