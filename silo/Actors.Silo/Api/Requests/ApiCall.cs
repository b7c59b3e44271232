
namespace Actors.Silo.Api.Requests;

/// <summary>
/// One call of the API, as the handlers of the routes see it: validated names, bounded bodies, the engine.
/// </summary>
internal sealed class ApiCall
{
    private readonly SiloOptions _options;

    private ApiCall(HttpContext http, SiloOptions options)
    {
        Http = http;
        _options = options;
        Query = new Query(http.Request.Query);
        Tenant = HeaderText.TenantOf(http.Request.Headers);
        Actors = http.RequestServices.GetRequiredService<IActorsClient>();
    }

    public HttpContext Http { get; }

    public IActorsClient Actors { get; }

    public string Tenant { get; }

    public Query Query { get; }

    public SiloOptions Options => _options;

    public string Process => Name("process");

    public InvocationId Invocation => new(Tenant, Process, Id("id"));

    public EntityId Entity => new(Tenant, Name("type"), Id("id"));

    /// <summary>Binds the handlers' parameter; refuses what the route does not know before anything is done.</summary>
    public static ValueTask<ApiCall?> BindAsync(HttpContext context)
    {
        var call = new ApiCall(context, context.RequestServices.GetRequiredService<SiloOptions>());
        call.Query.AllowOnly(context.GetEndpoint()?.Metadata.GetMetadata<ApiParameters>()?.QueryNames ?? []);
        return ValueTask.FromResult<ApiCall?>(call);
    }

    public string? IdHeader(string name) => HeaderText.Id(Http.Request.Headers, name);

    public Task<Payload> BodyAsync(CancellationToken cancellationToken) =>
        RequestBody.ReadAsync(Http, _options.RequestBytesMax, cancellationToken);

    /// <summary>A token that also ends long waits when the silo stops, so that they do not hold it up.</summary>
    public CancellationTokenSource UntilStopping(CancellationToken cancellationToken) =>
        CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, Http.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);

    public string Name(string route)
    {
        var value = Http.Request.RouteValues[route] as string;
        return Names.IsName(value)
            ? value
            : throw new InvalidNameException(
                $"'{Shown(value)}' is not the name of a {route}: it starts with a letter or digit, goes on with " +
                "letters, digits and _ - . :, " +
                $"holds no '..', and has at most {Names.NameCharactersMax} characters");
    }

    private string Id(string route)
    {
        var value = Http.Request.RouteValues[route] as string;
        return Names.IsId(value)
            ? value
            : throw new InvalidNameException(
                $"'{Shown(value)}' is not an id: it has 1 to {Names.IdCharactersMax} characters and no control " +
                "characters");
    }

    private static string Shown(string? value)
    {
        var text = string.Concat((value ?? "").Select(c => char.IsControl(c) ? '?' : c));
        return text.Length <= 64 ? text : text[..64] + "…";
    }
}
