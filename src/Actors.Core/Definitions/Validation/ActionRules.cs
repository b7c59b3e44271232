using System.Collections.Immutable;
using Actors.Core.Text;
using Actors.Definitions;

namespace Actors.Core.Definitions.Validation;

/// <summary>Rules of what a step and its undo do.</summary>
internal static class ActionRules
{
    private const long ResponseBytesMax = 1L << 30;
    private static readonly ImmutableArray<string> Methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];

    public static void Check(MapCheck check, int i)
    {
        var step = check.Map.Steps[i];
        CheckAction(check, i, step.Action, []);
        if (step.Undo is not { } undo) return;
        CheckAction(check, i, undo, ["undo"]);
        if (step.Detached)
        {
            check.Add("undo-without-effect", i, ["undo"],
                "has an undo, but is detached: nobody waits for it, and what it did is never undone; " +
                "remove the undo, or 'detached'");
        }
        else if (WithoutEffect(step.Action) is { } what)
        {
            check.Add("undo-without-effect", i, ["undo"],
                $"has an undo, but {what} has no effect that could be undone; remove the undo, or give it to the " +
                "step that has the effect");
        }

        if (NoUndo(undo) is { } why)
        {
            check.Add("undo", i, ["undo"],
                $"is to be undone by {why}; an undo is a call: post, put, patch, delete, handler, emit, entity or " +
                "simulate");
        }
    }

    /// <summary>What is wrong with a header; null: nothing.</summary>
    public static string? HeaderProblem(string name, string value)
    {
        var isToken = name.Length is > 0 and <= Names.NameCharactersMax &&
            name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
        if (!isToken)
            return $"the header '{name}', which is no header name (RFC 9110: letters, digits and !#$%&'*+-.^_`|~)";
        if (value.AsSpan().IndexOfAny('\r', '\n', '\0') >= 0)
            return $"a line break in the header '{name}'; write it on one line";
        var choosesSecret = value.StartsWith(StepAction.Http.SecretPrefix, StringComparison.Ordinal) &&
            value.Contains('{', StringComparison.Ordinal);
        return choosesSecret ? $"a placeholder in the secret of the header '{name}'; write the secret's name" : null;
    }

    private static string? WithoutEffect(StepAction action) => action switch
    {
        StepAction.Delay => "a delay",
        StepAction.Wait => "a wait",
        StepAction.Http { Method: "GET" } => "a get",
        _ => null,
    };

    private static string? NoUndo(StepAction undo) => undo switch
    {
        StepAction.Child => "a child process",
        _ => WithoutEffect(undo),
    };

    private static void CheckAction(MapCheck check, int i, StepAction action, ImmutableArray<string> at)
    {
        switch (action)
        {
            case StepAction.Handler handler:
                Name("handler", handler.Name, "handler");
                break;
            case StepAction.Http http:
                CheckHttp(check, i, http, at);
                break;
            case StepAction.Delay delay
                when !delay.Duration.StartsWith('$') && !Durations.TryParse(delay.Duration, out _):
                check.Add("delay", i, [.. at, "delay"],
                    $"delays by '{delay.Duration}'; write {Durations.Forms}, or a path to one");
                break;
            case StepAction.Wait wait:
                Name("signal", wait.Signal, "wait");
                break;
            case StepAction.Emit emit:
                Name("event", emit.Event, "emit");
                break;
            case StepAction.Entity entity:
                Name("entity type", entity.Type, "entity");
                Name("operation", entity.Operation, "entity");
                Id("entity", entity.Id);
                break;
            case StepAction.Child child:
                Name("process", child.Process, "child");
                if (child.Id is { } id) Id("child", id);
                break;
            case StepAction.Simulate simulate:
                if (simulate.Duration < TimeSpan.Zero || simulate.Duration > Durations.Max)
                    check.Add("simulate", i, [.. at, "simulate"], "simulates a duration that is not from 0 to 3650d");
                if (!(simulate.FailureRate >= 0 && simulate.FailureRate <= 1))
                {
                    check.Add("simulate", i, [.. at, "simulate", "failures"],
                        $"fails at a rate of {simulate.FailureRate}; from 0 to 1");
                }

                break;
        }

        void Name(string what, string name, string key)
        {
            if (!Names.IsName(name))
                check.Add("name", i, [.. at, key], $"names the {what} '{name}'; {MapRules.NameRule}");
        }

        void Id(string key, string id)
        {
            if (Names.IsId(id)) return;
            check.Add("id", i, [.. at, key, "id"],
                $"has an id that is empty, longer than {Names.IdCharactersMax} characters or holds control characters");
        }
    }

    private static void CheckHttp(MapCheck check, int i, StepAction.Http http, ImmutableArray<string> at)
    {
        var method = http.Method.ToLowerInvariant();
        if (!Methods.Contains(http.Method, StringComparer.Ordinal))
        {
            check.Add("method", i, at.AsSpan(), $"sends '{http.Method}'; methods: {string.Join(", ", Methods)}",
                Spelling.Nearest(http.Method.ToUpperInvariant(), Methods));
        }

        CheckUrl(check, i, http.Url, [.. at, method]);
        if (http is { Method: "GET", Body: not null })
        {
            check.Add("body", i, [.. at, "body"],
                "sends a body with get, which has none; use post, or put the values into the URL");
        }

        foreach (var (name, value) in http.Headers)
        {
            if (HeaderProblem(name, value) is { } problem)
                check.Add("header", i, [.. at, "headers", name], $"has {problem}");
        }

        foreach (var code in http.Success.Concat(http.Transient))
        {
            if (code is < 100 or > 599)
                check.Add("status", i, at.AsSpan(), $"lists the status code {code}; codes are from 100 to 599");
        }

        foreach (var code in http.Success.Intersect(http.Transient))
        {
            check.Add("status", i, [.. at, "transient"],
                $"lists the status code {code} as success and as transient; it can be one of them");
        }

        if (http.ResponseBytesMax is < 0 or > ResponseBytesMax)
        {
            check.Add("response-max", i, [.. at, "responseMax"],
                $"takes responses of {http.ResponseBytesMax:N0} bytes; from 0 to {ResponseBytesMax:N0} (1GiB)");
        }
    }

    private static void CheckUrl(MapCheck check, int i, string url, ReadOnlySpan<string> path)
    {
        if (url.StartsWith("http://", StringComparison.OrdinalIgnoreCase) ||
            url.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
        {
            if (url.AsSpan().IndexOfAny(' ', '\r', '\n') >= 0 && !url.Contains('{', StringComparison.Ordinal))
                check.Add("url", i, path, $"has the URL '{url}', which holds white space; write it as %20");
            else if (!url.Contains('{', StringComparison.Ordinal) && !Uri.TryCreate(url, UriKind.Absolute, out _))
                check.Add("url", i, path, $"has the URL '{url}', which is malformed; write http://host:port/path");
            return;
        }

        var slash = url.IndexOf('/', StringComparison.Ordinal);
        var service = slash < 0 ? url : url[..slash];
        if (!Names.IsName(service) || url.Contains("://", StringComparison.Ordinal))
        {
            check.Add("url", i, path,
                $"has the URL '{url}'; begin it with the name of a service ('shop/orders') or with http:// or " +
                "https://");
            return;
        }

        var services = check.Map.Services;
        if (services.ContainsKey(service)) return;
        check.Add("unknown-service", i, path,
            $"calls the service '{service}', which is not declared; add it to 'services', or write an absolute URL",
            check.NearestService(service));
    }
}
