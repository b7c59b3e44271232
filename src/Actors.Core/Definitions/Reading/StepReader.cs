using System.Collections.Immutable;
using Actors.Core.Definitions.Canonical;
using Actors.Definitions;

namespace Actors.Core.Definitions.Reading;

/// <summary>Reads one step.</summary>
internal static class StepReader
{
    private static readonly ImmutableArray<string> CommonKeys =
    [
        "after", "join", "when", "each", "parallel", "input", "in", "out", "timeout", "retry", "permanent", "undo",
        "detached", "pure", "limit", "duration", "reads", "writes", "labels",
    ];

    /// <summary>
    /// The step; where its action could not be read, one with a stand-in, so that all else can still be checked.
    /// </summary>
    public static Step Read(string name, MappingReader fields, StepDefaults defaults, out bool hasAction)
    {
        var action = ActionReader.Read(fields, out var actionKeys);
        fields.RefuseUnknown([.. actionKeys, .. CommonKeys], ActionReader.Explain);
        hasAction = action is not null;
        var step = new Step
        {
            Name = name,
            Action = action ?? new StepAction.Handler("unreadable"),
            After = fields.Texts("after", "a list of names of steps"),
            Join = PolicyReader.ReadJoin(fields),
            When = fields.Text("when", "a condition such as $.input.total > 500"),
            Each = ReadEach(fields),
            Input = fields.Template("input"),
            In = ReadSchema(fields, "in"),
            Out = ReadSchema(fields, "out"),
            Timeout = PolicyReader.ReadTimeout(fields),
            Retry = PolicyReader.ReadRetry(fields, defaults.Retry),
            Permanent = fields.Texts("permanent", "a list of failure types or status codes"),
            Undo = ReadUndo(fields),
            Detached = fields.Flag("detached") ?? false,
            Pure = fields.Flag("pure") ?? false,
            Limit = PolicyReader.ReadLimit(fields),
            Duration = fields.Duration("duration"),
            Reads = fields.Texts("reads", "a list of entity types"),
            Writes = fields.Texts("writes", "a list of entity types"),
            Labels = fields.TextMap("labels", StringComparer.Ordinal),
        };
        return step;
    }

    public static bool IsCommon(string key) => CommonKeys.Contains(key, StringComparer.Ordinal);

    private static string? ReadSchema(MappingReader fields, string key) =>
        fields.Node(key) is { } schema ? CanonicalJson.Of(schema) : null;

    private static Each? ReadEach(MappingReader fields)
    {
        if (!fields.Has("each"))
        {
            if (fields.Has("parallel"))
            {
                fields.Errors.Add("misplaced-key", fields.LineOf("parallel"),
                    $"{fields.Thing}: 'parallel' says how many items of 'each' run at once, but there is no 'each'; " +
                    "add it, or use 'limit'");
            }

            return null;
        }

        var parallel = fields.Integer("parallel", "a whole number (how many items run at once)");
        return fields.Text("each", "a path to a collection") is { } path ? new Each(path, parallel) : null;
    }

    private static StepAction? ReadUndo(MappingReader fields)
    {
        if (fields.Mapping("undo", "an action such as { delete: \"shop/orders/1\" }") is not { } undo) return null;
        var action = ActionReader.Read(undo, out var keys);
        undo.RefuseUnknown(keys, key => key switch
        {
            "undo" => "an undo can't be undone itself; remove the inner 'undo'",
            _ when IsCommon(key) => $"'{key}' belongs to the step, not to its undo",
            _ => ActionReader.Explain(key),
        });
        return action;
    }
}
