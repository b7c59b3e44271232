using Actors.Definitions;

namespace Actors.Grains.Steps;

/// <summary>Makes results from responses, by the template in <see cref="StepAction.Http.Response"/>.</summary>
public interface IResponseMapper
{
    /// <summary>Evaluates the template of a declaration.</summary>
    /// <param name="spec">
    /// The declaration; the same instance for all requests of a step, so that its template need be compiled only once.
    /// </param>
    /// <param name="document">
    /// <c>{"response":{"status":…,"headers":{…},"body":…}}</c>; names of headers in lower case, several values of one
    /// joined by a comma and a space; the body as a string if it is not JSON.
    /// </param>
    /// <exception cref="Exception">The template does not fit the response: a permanent failure.</exception>
    Payload Map(StepAction.Http spec, Payload document);
}
