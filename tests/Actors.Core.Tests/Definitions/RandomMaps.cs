using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Actors.Definitions;

namespace Actors.Core.Tests.Definitions;

/// <summary>Valid maps of every shape, from a seed.</summary>
internal sealed class RandomMaps(int seed)
{
    private readonly Random _random = new(seed);

    public StepMap Next()
    {
        var isPipeline = Chance(4);
        var steps = ImmutableArray.CreateBuilder<Step>();
        var count = _random.Next(1, 8);
        for (var i = 0; i < count; i++) steps.Add(NextStep(steps, isPipeline));
        return new StepMap
        {
            Process = Name("p"),
            Version = _random.Next(1, 1000),
            Model = isPipeline ? ProcessModel.Pipeline : ProcessModel.Graph,
            Pipeline = isPipeline
                ? new PipelineOptions(Chance(2) ? PipelineMode.Queued : PipelineMode.Direct, _random.Next(1, 100))
                : null,
            Description = Maybe(Words),
            InputSchema = Chance(2) ? """{"type":"object"}""" : null,
            Key = Chance(2) ? "$.a['b c'][0]" : null,
            Deadline = Maybe(() => (TimeSpan?)Time()),
            OnFailure = Chance(2) ? SiblingPolicy.Finish : SiblingPolicy.Cancel,
            Services = ImmutableSortedDictionary.Create<string, ServiceDefinition>(StringComparer.Ordinal)
                .Add("shop", new ServiceDefinition("http://127.0.0.1:1", Maybe(() => (TimeSpan?)Time()), Headers()))
                .Add("Depot", new ServiceDefinition("https://depot/x", null, Headers())),
            Steps = steps.ToImmutable(),
            Output = Maybe(() => (Template?)Json(3)),
            Labels = Texts(StringComparer.Ordinal),
        };
    }

    private Step NextStep(ImmutableArray<Step>.Builder before, bool isPipeline)
    {
        var canUndo = _random.Next(3) > 0;
        var action = canUndo ? Call() : Passive();
        var after = isPipeline
            ? before.Skip(before.Count - 1).Select(s => s.Name).ToImmutableArray()
            : [.. before.Where(s => Chance(3)).Select(s => s.Name)];
        var isMapped = Chance(4);
        var isWork = action is not (StepAction.Delay or StepAction.Wait or StepAction.Child);
        return new Step
        {
            Name = Name("s") + before.Count,
            Action = action,
            After = after,
            Join = isPipeline || after.Length < 1 ? JoinPolicy.All.Instance : Join(after.Length),
            When = Chance(4) ? "$.input.total > 500 && $.input.country != 'CH'" : null,
            Each = isMapped ? new Each("$.input.items", Chance(2) ? _random.Next(1, 100) : null) : null,
            Input = Maybe(() => (Template?)Json(3)),
            Timeout = new StepTimeouts(
                isWork && Chance(2) ? TimeSpan.FromMilliseconds(_random.Next(1, 500)) : null,
                action is not StepAction.Delay && Chance(2) ? TimeSpan.FromHours(1) : null),
            Retry = Chance(2) ? RetryPolicy.Default : Retry(),
            Permanent = isWork && Chance(3) ? ["402", "Invalid" + Name("T")] : [],
            Undo = canUndo && Chance(2) ? Call() : null,
            Limit = isWork && Chance(3) ? Limit() : null,
            Duration = Maybe(() => (TimeSpan?)Time()),
            Reads = Chance(3) ? ["stock/level"] : [],
            Writes = Chance(3) ? ["stock", "order"] : [],
            Labels = Texts(StringComparer.Ordinal),
        };
    }

    private StepAction Call() => _random.Next(5) switch
    {
        0 => new StepAction.Handler(Name("h")),
        1 => new StepAction.Emit(Name("e"), Maybe(() => (Template?)Json(3))),
        2 => new StepAction.Entity(Name("t"), "{$.input.id}", Name("Op")),
        3 => new StepAction.Simulate(Time(), (DurationDistribution)_random.Next(1, 4), _random.NextDouble()),
        _ => new StepAction.Http
        {
            Method = new[] { "POST", "PUT", "PATCH", "DELETE" }[_random.Next(4)],
            Url = Chance(2) ? "shop/things/{$.input.id}" : "https://example.org/x",
            Headers = Headers(),
            Body = Maybe(() => (Template?)Json(4)),
            Success = Chance(3) ? [200, 404] : [],
            Transient = Chance(3) ? [503] : [],
            ResponseBytesMax = _random.Next(1 << 30),
        },
    };

    private StepAction Passive() => _random.Next(4) switch
    {
        0 => new StepAction.Delay(Chance(2) ? Durations.Format(Time()) : "$.input.pause"),
        1 => new StepAction.Wait(Name("w")),
        2 => new StepAction.Child(Name("p"), Chance(2) ? "{$.input.id}-child" : null),
        _ => new StepAction.Http { Method = "GET", Url = "shop" },
    };

    private JoinPolicy Join(int most) => _random.Next(4) switch
    {
        0 => JoinPolicy.Any.Instance,
        1 => new JoinPolicy.Quorum(_random.Next(1, most + 1)),
        2 => new JoinPolicy.Deadline(Time(), _random.Next(0, most + 1)),
        _ => JoinPolicy.All.Instance,
    };

    private RetryPolicy Retry() => new(
        _random.Next(1, 1000), TimeSpan.FromMilliseconds(_random.Next(1000)), 1 + _random.NextDouble() * 99,
        TimeSpan.FromSeconds(_random.Next(1, 1000)), Chance(2), Chance(2) ? [] : ["timeout", "http-503"]);

    private StepLimit Limit() => new(
        Chance(2) ? Name("q") : null, _random.Next(1, 9), Chance(2) ? _random.NextDouble() + 0.001 : null);

    private ImmutableSortedDictionary<string, string> Headers() => Texts(StringComparer.OrdinalIgnoreCase);

    private TimeSpan Time() => TimeSpan.FromTicks(1 + (_random.NextInt64(Durations.Max.Ticks) >> _random.Next(40)));

    private Template Json(int depth)
    {
        var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer)) WriteJson(json, depth);
        return new Template(Encoding.UTF8.GetString(buffer.ToArray()));
    }

    private void WriteJson(Utf8JsonWriter json, int depth)
    {
        switch (_random.Next(depth > 0 ? 8 : 6))
        {
            case 0: json.WriteNullValue(); break;
            case 1: json.WriteBooleanValue(Chance(2)); break;
            case 2: json.WriteNumberValue(_random.Next(-1000, 1000)); break;
            case 3: json.WriteNumberValue((_random.NextDouble() - 0.5) * Math.Pow(10, _random.Next(-30, 30))); break;
            case 4: json.WriteStringValue(Words()); break;
            case 5: json.WriteStringValue(Chance(2) ? "$.input.a" : "a {$.input.b} c"); break;
            case 6:
                json.WriteStartArray();
                for (var i = _random.Next(4); i > 0; i--) WriteJson(json, depth - 1);
                json.WriteEndArray();
                break;
            default:
                json.WriteStartObject();
                for (var i = _random.Next(4); i > 0; i--)
                {
                    json.WritePropertyName(Words() + i);
                    WriteJson(json, depth - 1);
                }

                json.WriteEndObject();
                break;
        }
    }

    private ImmutableSortedDictionary<string, string> Texts(StringComparer comparer)
    {
        var texts = ImmutableSortedDictionary.CreateBuilder<string, string>(comparer);
        for (var i = _random.Next(3); i > 0; i--) texts[Name("X-")] = Chance(2) ? "true" : "text " + _random.Next();
        return texts.ToImmutable();
    }

    private string Words()
    {
        string[] words =
            ["", "ä", "\"q\"", "a\nb", "\t", "true", "1.50", "null", "# no", "&a", "\\", "🚀", "<&'>", "\u2028"];
        return "w" + string.Concat(Enumerable.Range(0, _random.Next(4)).Select(_ => words[_random.Next(words.Length)]));
    }

    private string Name(string prefix) => prefix + _random.Next(100_000);

    private T? Maybe<T>(Func<T> make) => Chance(2) ? make() : default;

    private bool Chance(int oneIn) => _random.Next(oneIn) == 0;
}
