using System.Runtime.CompilerServices;
using Actors.Core.Templates;
using Actors.Definitions;

namespace Actors.Grains.Steps;

/// <summary>Compiles the templates that make results of responses.</summary>
internal static class ResponseTemplates
{
    // By instance: one declaration stands for all requests of a step, unless they come from other silos.
    private static readonly ConditionalWeakTable<StepAction.Http, CompiledTemplate> Known = [];

    /// <summary>The template of a declaration; null: the body is the result.</summary>
    /// <exception cref="TerminalException">It does not compile. To be found out before the request is sent.</exception>
    public static CompiledTemplate? Of(StepAction.Http spec) =>
        spec.Response is { } template ? Known.GetValue(spec, _ => Compile(template)) : null;

    private static CompiledTemplate Compile(Template template) =>
        CompiledTemplate.TryCompile(template, out var errors) ?? throw new TerminalException(
            $"the response template is not valid: {string.Join("; ", errors)}", "invalid-definition");
}
