using System.CommandLine;
using Actors.Cli.Hosting;
using Actors.Client;

namespace Actors.Cli.Remote;

/// <summary>Which silo a command talks to.</summary>
internal sealed class SiloAddress(CliHost host)
{
    /// <summary>Where a silo listens unless it is told otherwise.</summary>
    public const string Default = "http://127.0.0.1:5080";

    /// <summary>The variable that names another one.</summary>
    public const string Variable = "ACTORS_URL";

    // A person waits: a silo that restarts is waited for, one that is not there is soon said so.
    private static readonly TimeSpan RetryTimeMax = TimeSpan.FromSeconds(2);

    /// <summary>The option.</summary>
    public Option<string?> Url { get; } = new("--url")
    {
        Description = $"Address of the silo. Default: {Variable} of the environment, else {Default}",
    };

    /// <summary>A client of the silo that was named.</summary>
    /// <exception cref="RefusedException">The address is none.</exception>
    public HttpActorsClient Connect(ParseResult parsed) => Connect(Of(parsed));

    /// <summary>Runs with a client, and says what helps if there is no silo.</summary>
    public Task<T> CallAsync<T>(ParseResult parsed, Func<HttpActorsClient, CancellationToken, Task<T>> call) =>
        CallAsync(Of(parsed), call);

    /// <inheritdoc cref="CallAsync{T}(ParseResult, Func{HttpActorsClient, CancellationToken, Task{T}})"/>
    public async Task<T> CallAsync<T>(string address, Func<HttpActorsClient, CancellationToken, Task<T>> call)
    {
        using var client = Connect(address);
        try
        {
            return await call(client, host.Interrupted);
        }
        catch (UnavailableException e)
        {
            throw new RefusedException(
                $"{e.Message}. Start a silo with 'actors serve', or name another with --url or {Variable}",
                e.FailureType);
        }
    }

    /// <summary>The option as it was given, for a command that is to be run next; empty: it was not.</summary>
    public string Given(ParseResult parsed) => parsed.GetValue(Url) is { } url ? $" --url {url}" : "";

    private HttpActorsClient Connect(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
        {
            throw new RefusedException(
                $"'{text}' is not the address of a silo; it has the form {Default}", "wrong-url");
        }

        var options = new HttpActorsClientOptions { RetryTimeMax = RetryTimeMax, Time = host.Time };
        return new HttpActorsClient(address, options);
    }

    private string Of(ParseResult parsed) =>
        parsed.GetValue(Url) ?? (host.Environment(Variable) is { Length: > 0 } named ? named : Default);
}
