namespace Actors.Simulation.Tests.Mutants;

/// <summary>A fault in the engine's own code: a change of its source.</summary>
/// <param name="Name">Of the mutant.</param>
/// <param name="File">In <c>silo/Actors.Silo.Embedded</c>.</param>
/// <param name="Before">What stands there, exactly once.</param>
/// <param name="After">What is compiled in its place.</param>
/// <param name="Program">The written program that shows it; null: random ones.</param>
internal sealed record HostMutant(string Name, string File, string Before, string After, string? Program = null)
{
    public static IReadOnlyList<HostMutant> All { get; } =
    [
        new("MailboxLosesAsItGrows", "Hosting/Mailbox.cs",
            "for (var i = 0; i < _count; i++) ring[i]", "for (var i = 0; i < --_count; i++) ring[i]"),
        new("IsNotReadAgainBehindAFailure", "Hosting/Activation.cs",
            "if (_mailbox.HasCall()) _callWaits = true;\n        ReloadLater();", "_pausesLoad = true;"),
        new("ReloadsByTheWallClock", "Hosting/Activation.Loading.cs",
            "_retryTimer.Change(pause, Timeout.InfiniteTimeSpan);",
            """
            var due = _host.Time.GetUtcNow() + pause;
            _retryTimer.Dispose();
            _retryTimer = _host.Time.CreateTimer(
                _ => { if (_host.Time.GetUtcNow() >= due) RetryNow(); }, null, pause, Timeout.InfiniteTimeSpan);
            """, Program: "clocks"),
        new("ActsBeforeItIsDurable", "Hosting/Activation.cs",
            "_append = append;",
            "_append = append; foreach (var effect in batch.Effects) CarryOut(effect); batch.Effects.Clear();"),
        new("TakesARefusalForDone", "Hosting/Activation.cs",
            "if (result != AppendResult.Appended)", "if ((int)result == -1)"),
        new("LeavesWhileAttemptsRun", "Hosting/Activation.cs", "if (_atWork > 0) return;", ""),
        new("TellsNoWatcher", "Hosting/Activation.cs", "_host.Watchers.Tell(Key, _sequence);", ""),
        new("TellsWatchersTwice", "Client/EmbeddedActorsClient.cs",
            "after = page.Events[^1].Sequence;", "after = page.Events[0].Sequence;"),
        new("SkipsOneAtTheStart", "Hosting/HostScans.cs",
            "foreach (var row in page.Where(", "foreach (var row in page.Skip(1).Where("),
        new("DoesNotWaitForAttempts", "Hosting/EmbeddedGrainHost.cs",
            "await Workers.StopAsync(patience, cancellationToken);",
            "_ = Workers.StopAsync(patience, cancellationToken);"),
        new("RemovesWhatHasJustEnded", "Engine/RetentionLoop.cs",
            "_time.GetUtcNow() - _kept", "_time.GetUtcNow()", Program: "retention"),
    ];

    public override string ToString() => Name;
}
