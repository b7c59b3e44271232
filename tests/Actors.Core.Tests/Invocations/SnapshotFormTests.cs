using System.Text;
using System.Text.Json.Nodes;
using Actors.Core.Invocations;
using Actors.Definitions;
using Actors.Journal;
using Shouldly;
using static Actors.Core.Tests.Invocations.Scenario;

namespace Actors.Core.Tests.Invocations;

/// <summary>Snapshots as this version and those before it wrote them.</summary>
public sealed class SnapshotFormTests
{
    private static Scenario Paused() => new Scenario(
            Work("m") with { Each = new Each("$.input.items", null) },
            Undoable("a") with { Retry = Retries(2) })
        .Start("""{"items":[1,2]}""").After(1).Succeed("m", item: 0).After(3).Pause();

    [Fact]
    public void A_snapshot_of_before_times_of_waiting_were_kept_is_read()
    {
        var s = Paused();
        var read = InvocationSnapshot.Read(s.State.Id, Older(s.State), _ => s.State.Process);
        var why = InvocationExplainer.Explain(read);
        why.Waits.Select(w => (w.Step, (w.Since - Noon).TotalSeconds)).ShouldBe([(null, 0), ("m[1]", 0), ("a", 0)]);
        Text(InvocationSnapshot.Write(read)).ShouldNotBe(Text(InvocationSnapshot.Write(s.State)));
    }

    [Fact]
    public void An_undo_of_which_an_older_snapshot_has_no_time_counts_from_the_end_of_its_step()
    {
        var s = new Scenario(Undoable("a"), Work("b", "a")).Start().After(2).Succeed("a").After(3).Fail("b");
        var read = InvocationSnapshot.Read(s.State.Id, Older(s.State), _ => s.State.Process);
        InvocationExplainer.Explain(read).Waits.ShouldHaveSingleItem().Since.ShouldBe(Noon.AddSeconds(2));
    }

    [Fact]
    public void A_snapshot_is_of_the_state_that_it_was_made_of_also_in_its_older_forms()
    {
        var s = Paused();
        SnapshotComparison.IsOf(s.State, InvocationSnapshot.Write(s.State)).ShouldBeTrue();
        SnapshotComparison.IsOf(s.State, Older(s.State)).ShouldBeTrue();
        var goneOn = InvocationSnapshot.Read(s.State.Id, Older(s.State), _ => s.State.Process);
        SnapshotComparison.IsOf(s.State, InvocationSnapshot.Write(goneOn)).ShouldBeTrue("it never knew the times");
    }

    [Theory]
    [InlineData("[1,2,3]")]
    [InlineData("not JSON")]
    [InlineData("")]
    [InlineData("[2]")]
    [InlineData("[1,[7,\"hash\"],[],[]]")]
    public void Something_else_is_not_of_the_state(string text) =>
        SnapshotComparison.IsOf(Paused().State, Encoding.UTF8.GetBytes(text)).ShouldBeFalse();

    [Fact]
    public void A_damaged_snapshot_is_told_as_such_and_as_nothing_else()
    {
        var s = Paused();
        var whole = JsonNode.Parse(Text(InvocationSnapshot.Write(s.State)))!;
        var told = 0;
        foreach (var damaged in Damaged(whole).Append(""))
        {
            try
            {
                InvocationSnapshot.Read(s.State.Id, Encoding.UTF8.GetBytes(damaged), _ => s.State.Process);
            }
            catch (StoreCorruptException)
            {
                // As it should: whatever else is thrown fails this test.
                told++;
            }
        }

        told.ShouldBeGreaterThan(100);
    }

    /// <summary>The same with each value, at whatever depth, taken out or replaced by one of each kind.</summary>
    private static IEnumerable<string> Damaged(JsonNode root)
    {
        var arrays = new Queue<JsonArray>([root.AsArray()]);
        while (arrays.TryDequeue(out var array))
        {
            for (var i = 0; i < array.Count; i++)
            {
                var value = array[i];
                if (value is JsonArray inner) arrays.Enqueue(inner);
                foreach (var other in new[] { "null", "-1", "1e30", "\"x\"", "[]", "[[]]", "{}", "true" })
                {
                    array[i] = JsonNode.Parse(other);
                    yield return root.ToJsonString();
                }

                array.RemoveAt(i);
                yield return root.ToJsonString();
                array.Insert(i, value);
            }
        }
    }

    [Fact]
    public void A_snapshot_with_another_time_is_not_of_the_state()
    {
        var s = Paused();
        var other = Text(InvocationSnapshot.Write(s.State)).Replace("4000000", "4000001", StringComparison.Ordinal);
        SnapshotComparison.IsOf(s.State, Encoding.UTF8.GetBytes(other)).ShouldBeFalse();
        var older = Text(Older(s.State)).Replace("1000000", "1000001", StringComparison.Ordinal);
        SnapshotComparison.IsOf(s.State, Encoding.UTF8.GetBytes(older)).ShouldBeFalse();
    }

    /// <summary>As it was written before it said since when things wait: without the last fields.</summary>
    private static byte[] Older(InvocationState state)
    {
        var root = JsonNode.Parse(Text(InvocationSnapshot.Write(state)))!.AsArray();
        while (root.Count > 4) root.RemoveAt(4);
        root[1]!.AsArray().RemoveAt(26);
        foreach (var step in root[2]!.AsArray()) Cut(step!.AsArray());
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }

    private static void Cut(JsonArray step)
    {
        var attemptsBefore = step[20]!.GetValue<int>();
        while (step.Count > 20) step.RemoveAt(20);
        if (step[19] is JsonArray items)
        {
            foreach (var item in items.Skip(2)) Cut(item!.AsArray());
            return;
        }

        step.RemoveAt(19);
        if (attemptsBefore > 0) step.Add(attemptsBefore);
    }

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}
