using Actors.Definitions;

namespace Actors.Core.Definitions;

/// <summary>How a text of a definition is to be read.</summary>
internal enum ExpressionKind
{
    /// <summary>A JSONPath.</summary>
    Path,

    /// <summary>A logical expression.</summary>
    Condition,

    /// <summary>JSON with paths and placeholders in it.</summary>
    Template,

    /// <summary>Text with placeholders, or one path.</summary>
    Text,
}

/// <summary>One text of a step that looks at the invocation.</summary>
/// <param name="Key">The file's key of it.</param>
/// <param name="Kind">How it is read.</param>
/// <param name="Text">The text.</param>
/// <param name="InUndo">Whether it belongs to the undo.</param>
internal readonly record struct StepExpression(string Key, ExpressionKind Kind, string Text, bool InUndo)
{
    /// <summary>Whether it sees the response of an http request, and nothing else.</summary>
    public bool SeesResponse => Key == "response";
}

/// <summary>Lists the texts of a step that look at the invocation.</summary>
internal static class StepExpressions
{
    public static List<StepExpression> Of(Step step)
    {
        var found = new List<StepExpression>();
        if (step.When is { } when) found.Add(new StepExpression("when", ExpressionKind.Condition, when, false));
        if (step.Each is { } each) found.Add(new StepExpression("each", ExpressionKind.Path, each.Path, false));
        if (step.Input is { } input) found.Add(new StepExpression("input", ExpressionKind.Template, input.Json, false));
        AddAction(found, step.Action, inUndo: false);
        if (step.Undo is { } undo) AddAction(found, undo, inUndo: true);
        return found;
    }

    private static void AddAction(List<StepExpression> found, StepAction action, bool inUndo)
    {
        switch (action)
        {
            case StepAction.Http http:
                Add(http.Method.ToLowerInvariant(), ExpressionKind.Text, http.Url);
                foreach (var (_, value) in http.Headers) Add("headers", ExpressionKind.Text, value);
                Add("body", ExpressionKind.Template, http.Body?.Json);
                Add("response", ExpressionKind.Template, http.Response?.Json);
                break;
            case StepAction.Delay delay:
                if (delay.Duration.StartsWith('$')) Add("delay", ExpressionKind.Path, delay.Duration);
                break;
            case StepAction.Emit emit:
                Add("data", ExpressionKind.Template, emit.Data?.Json);
                break;
            case StepAction.Entity entity:
                Add("entity", ExpressionKind.Text, entity.Id);
                break;
            case StepAction.Child child:
                Add("child", ExpressionKind.Text, child.Id);
                break;
        }

        void Add(string key, ExpressionKind kind, string? text)
        {
            if (text is not null) found.Add(new StepExpression(key, kind, text, inUndo));
        }
    }
}
