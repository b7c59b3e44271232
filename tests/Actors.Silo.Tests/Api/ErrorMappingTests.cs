using System.Collections.Immutable;
using System.Net;
using Actors.Journal;
using Actors.Silo.Tests.Engine;
using Shouldly;

namespace Actors.Silo.Tests.Api;

/// <summary>What the engine throws, as the API tells it and as the client throws it again.</summary>
public sealed class ErrorMappingTests : IAsyncLifetime
{
    private RunningSilo _silo = null!;

    public static TheoryData<string, int> Errors { get; } = new()
    {
        { "not-found", 404 }, { "conflict", 409 }, { "conflict-own", 409 }, { "already-started", 409 },
            { "invalid-payload", 400 },
        { "invalid-name", 400 }, { "definition", 422 }, { "overloaded", 429 }, { "unavailable", 503 }, { "store", 503 },
        { "store-full", 507 }, { "store-stopped", 503 }, { "store-corrupt", 500 }, { "transient", 503 },
        { "transient-own", 503 },
        { "terminal", 422 }, { "terminal-own", 422 },
    };

    public async Task InitializeAsync() => _silo = await RunningSilo.StartAsync();

    public async Task DisposeAsync() => await _silo.DisposeAsync();

    [Theory]
    [MemberData(nameof(Errors))]
    public async Task An_error_keeps_its_type_and_words_over_the_wire(string name, int status)
    {
        var thrown = Make(name);
        _silo.Engine.Fault = _ => thrown;
        using var response = await _silo.Http.PostAsync("/v1/processes/approve/invocations", content: null);
        await ProblemAssertions.ReadAsync(response, (HttpStatusCode)status);
        if (status is 429 or 503 or 507)
            response.Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(name == "overloaded" ? 3 : 1));

        using var client = _silo.Client();
        var again = await Should.ThrowAsync<ActorsException>(() => client.StartAsync(new StartRequest("approve")));
        again.GetType().ShouldBe(thrown.GetType());
        again.FailureType.ShouldBe(thrown.FailureType);
        again.Message.ShouldBe(thrown.Message);
        if (thrown is DefinitionException definition) ((DefinitionException)again).Errors.ShouldBe(definition.Errors);
        if (thrown is AlreadyStartedException started) ((AlreadyStartedException)again).Id.ShouldBe(started.Id);
    }

    [Fact]
    public async Task An_unexpected_error_gives_nothing_away()
    {
        _silo.Engine.Fault = _ => new InvalidOperationException("password=hunter2");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/processes");
        request.Headers.Add("X-Correlation-Id", "corr-7");
        using var response = await _silo.Http.SendAsync(request);
        var problem = await ProblemAssertions.ReadAsync(response, HttpStatusCode.InternalServerError);
        problem.GetRawText().ShouldNotContain("hunter2");
        problem.GetRawText().ShouldNotContain("InvalidOperation");
        problem.Field("correlationId").ShouldBe("corr-7");
    }

    private static ActorsException Make(string name) => name switch
    {
        "not-found" => new NotFoundException("process 'x' is not known"),
        "conflict" => new ConflictException("it has ended"),
        "conflict-own" => new ConflictException("it has ended", "ended-before"),
        "already-started" => new AlreadyStartedException(new InvocationId("approve", "a/b")),
        "invalid-payload" => new InvalidPayloadException("'total' is missing"),
        "invalid-name" => new InvalidNameException("'..' is no name"),
        "definition" => new DefinitionException(
            ImmutableArray.Create(new DefinitionError("cycle", "a cycle", "a.yaml", 3, "b"),
                new DefinitionError("unknown-key", "a key"))),
        "overloaded" => new OverloadedException("too much") { RetryAfter = TimeSpan.FromSeconds(2.5) },
        "unavailable" => new UnavailableException("stopping"),
        "store" => new StoreException("uncertain"),
        "store-full" => new StoreFullException("no room"),
        "store-stopped" => new StoreStoppedException("stopped"),
        "store-corrupt" => new StoreCorruptException("damaged"),
        "transient" => new TransientException("perhaps"),
        "transient-own" => new TransientException("perhaps", "busy-desk"),
        "terminal" => new TerminalException("no"),
        "terminal-own" => new TerminalException("no", "below-zero"),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };
}
