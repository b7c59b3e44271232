using System.Text;
using System.Text.Json.Nodes;
using Actors.Core.Invocations;
using Actors.Grains.Audit;
using Actors.Journal;
using Shouldly;

namespace Actors.Grains.Tests.Audit;

public sealed class StoreAuditorTests
{
    private const string Order =
        """
        process: order
        steps:
          reserve: { simulate: 1s, retry: { first: 2s, jitter: false } }
          pause: { after: reserve, delay: 10s }
          charge: { after: pause, simulate: 1s }
        """;

    [Fact]
    public async Task A_history_that_is_right_is_clean()
    {
        var store = new MadeStore();
        Whole(store);
        store.Run(Order, Ended(1, "reserve"));
        store.Run(Order, new InvocationCommand.Cancel(At(1), "no"));
        store.Run(Order, Failed(1, "reserve", isPermanent: true));
        var report = await AuditAsync(store);
        report.Findings.ShouldBeEmpty();
        report.IsClean.ShouldBeTrue();
        report.Invocations.ShouldBe(4);
    }

    [Fact]
    public Task An_outcome_without_an_attempt_is_found() => FindsAsync(
        AuditRule.Attempt, "there is an outcome of attempt 1 of 'charge', which was not out",
        j => j.Remove<InvocationEvent.StepScheduled>(e => e.Step == "charge"));

    [Fact]
    public Task An_attempt_that_is_scheduled_twice_is_found() => FindsAsync(
        AuditRule.Attempt, "'reserve' is scheduled while attempt 1 has no outcome",
        j => j.Records[0].Add(new InvocationEvent.StepScheduled("reserve", 5, 2)));

    [Fact]
    public Task An_outcome_of_another_attempt_is_found() => FindsAsync(
        AuditRule.Attempt, "the outcome of attempt 7 of 'reserve' answers attempt 2",
        j => j.Replace<InvocationEvent.StepSucceeded>(
            e => new InvocationEvent.StepSucceeded(e.Step, e.At, 7, e.Result)));

    [Fact]
    public Task A_step_that_ends_twice_is_found() => FindsAsync(
        AuditRule.Fold, "step 'reserve' of", j =>
        {
            var ended = j.Records.SelectMany(r => r).OfType<InvocationEvent.StepSucceeded>().First();
            j.Records.Find(r => r.Contains(ended))!.Add(ended);
        });

    [Fact]
    public Task A_delay_that_ends_early_is_found() => FindsAsync(
        AuditRule.Timer, "the delay 'pause' came 1000000 us before it was due",
        j =>
        {
            var record = j.Records.Find(r => r.Exists(e => e is InvocationEvent.StepSucceeded { Step.Name: "pause" }))!;
            var at = record.FindIndex(e => e is InvocationEvent.StepSucceeded { Step.Name: "pause" });
            var e = (InvocationEvent.StepSucceeded)record[at];
            record[at] = new InvocationEvent.StepSucceeded(e.Step, e.At - 1_000_000, e.Attempt, e.Result);
        });

    [Fact]
    public Task A_retry_that_comes_early_is_found() => FindsAsync(
        AuditRule.Timer, "attempt 2 of 'reserve' came",
        j => j.Records.ForEach(r =>
        {
            var at = r.FindIndex(e => e is InvocationEvent.StepScheduled { Attempt: 2 });
            if (at >= 0) r[at] = new InvocationEvent.StepScheduled("reserve", 1_500_000, 2);
        }));

    [Fact]
    public Task A_history_that_lacks_its_end_is_found() => FindsAsync(
        AuditRule.Progress, "its history stops short: Completed should have followed",
        j => j.Remove<InvocationEvent.Completed>());

    [Fact]
    public Task A_history_that_lacks_its_beginning_is_found() => FindsAsync(
        AuditRule.Fold, "the history begins with StepScheduled", j => j.Remove<InvocationEvent.Started>());

    [Fact]
    public Task A_status_that_is_listed_wrongly_is_found() => FindsAsync(
        AuditRule.Projection, "its status is listed as 'Running', and is 'Completed'",
        j => j.Shown = j.Shown! with { Status = "Running" });

    [Fact]
    public Task What_lists_do_not_show_is_found() => FindsAsync(
        AuditRule.Projection, "lists do not show it", j => j.Shown = null);

    [Fact]
    public async Task A_wake_up_that_comes_too_late_is_found()
    {
        var store = new MadeStore();
        var journal = store.Run(Order, Ended(1, "reserve"));
        journal.Shown = journal.Shown! with { WakeAt = journal.Shown!.WakeAt!.Value.AddSeconds(1) };
        var finding = (await AuditAsync(store)).Findings.ShouldHaveSingleItem();
        finding.Rule.ShouldBe(AuditRule.Projection);
        finding.Message.ShouldStartWith("its wake-up is listed as ");
    }

    [Fact]
    public async Task A_snapshot_must_be_what_the_events_fold_to()
    {
        var store = new MadeStore();
        var journal = store.Run(Order, Ended(1, "reserve"));
        journal.Snapshot = new JournalSnapshot(journal.State.Sequence, InvocationSnapshot.Write(journal.State));
        (await AuditAsync(store)).IsClean.ShouldBeTrue();

        var spoilt = journal.Snapshot.State.ToArray();
        spoilt[^3]++;
        journal.Snapshot = journal.Snapshot with { State = spoilt };
        (await AuditAsync(store)).Findings.ShouldHaveSingleItem().Rule.ShouldBe(AuditRule.Snapshot);
    }

    [Fact]
    public async Task A_snapshot_of_a_version_that_kept_less_is_no_finding()
    {
        var store = new MadeStore();
        var journal = store.Run(Order, new InvocationCommand.Pause(MadeStore.Noon));
        var root = JsonNode.Parse(InvocationSnapshot.Write(journal.State).Span)!.AsArray();
        root[1]!.AsArray().RemoveAt(26);
        var older = Encoding.UTF8.GetBytes(root.ToJsonString());
        journal.Snapshot = new JournalSnapshot(journal.State.Sequence, older);
        (await AuditAsync(store)).IsClean.ShouldBeTrue();
    }

    [Fact]
    public Task A_record_that_is_missing_is_found() => FindsAsync(
        AuditRule.Journal, "the next record begins at", j => j.Spoil = r => r.RemoveAt(1));

    [Fact]
    public Task An_epoch_that_decreases_is_found() => FindsAsync(
        AuditRule.Journal, "epoch 0 follows 1", j => j.Spoil = r => r.SetItem(1, r[1] with { Epoch = 0 }));

    [Fact]
    public Task An_event_that_is_unknown_is_found_and_not_skipped() => FindsAsync(
        AuditRule.Journal, "99",
        j => j.Spoil = r => r.SetItem(1, r[1] with { EventCount = 1, Events = Encoding.UTF8.GetBytes("[[99,1]]") }));

    [Fact]
    public async Task A_definition_that_is_missing_is_found()
    {
        var store = new MadeStore();
        Whole(store);
        store.Payloads.Clear();
        (await AuditAsync(store)).Findings.ShouldHaveSingleItem().Rule.ShouldBe(AuditRule.Definition);
    }

    [Fact]
    public async Task A_damaged_journal_does_not_hide_another()
    {
        var store = new MadeStore();
        store.Faults.Add("page 7 is damaged");
        Whole(store).Damage = "the checksum does not fit";
        Whole(store).Remove<InvocationEvent.Completed>();
        var report = await AuditAsync(store);
        report.Findings.Select(f => f.Rule).Distinct().ShouldBe(
            [AuditRule.Store, AuditRule.Journal, AuditRule.Projection, AuditRule.Progress]);
        report.Findings[0].ToString().ShouldBe("Store: page 7 is damaged");
    }

    [Fact]
    public async Task More_findings_than_a_report_lists_are_counted()
    {
        var store = new MadeStore();
        for (var i = 0; i <= StoreAuditor.FindingsMax; i++) store.Faults.Add("again");
        var report = await AuditAsync(store);
        report.Findings.Length.ShouldBe(StoreAuditor.FindingsMax);
        report.FindingsTotal.ShouldBe(StoreAuditor.FindingsMax + 1);
    }

    private static MadeJournal Whole(MadeStore store) => store.Run(
        Order,
        Failed(1, "reserve", isPermanent: false),
        new InvocationCommand.Tick(At(4)),
        Ended(5, "reserve", attempt: 2),
        new InvocationCommand.Tick(At(15)),
        Ended(16, "charge"));

    private static async Task FindsAsync(AuditRule rule, string message, Action<MadeJournal> spoil)
    {
        var store = new MadeStore();
        spoil(Whole(store));
        var report = await AuditAsync(store);
        report.Findings.ShouldContain(f => f.Rule == rule && f.Message.Contains(message, StringComparison.Ordinal));
    }

    private static Task<AuditReport> AuditAsync(MadeStore store) => StoreAuditor.RunAsync(store);

    private static DateTimeOffset At(double seconds) => MadeStore.Noon.AddSeconds(seconds);

    private static InvocationCommand Ended(double seconds, string step, int attempt = 1) =>
        new InvocationCommand.Finish(At(seconds), 1, step, attempt, false, Payload.Null, null);

    private static InvocationCommand Failed(double seconds, string step, bool isPermanent) =>
        new InvocationCommand.Finish(
            At(seconds), 1, step, 1, false, null,
            isPermanent ? Failure.Permanent("x", "x") : Failure.Transient("x", "x"));
}
