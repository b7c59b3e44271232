using System.Text.Json.Nodes;

namespace Actors.Silo.Api.Requests;

/// <summary>Where a parameter stands.</summary>
internal enum ParameterPlace
{
    Query = 1,
    Header = 2,
}

/// <summary>
/// A parameter a route takes. What is listed here is what the route accepts and what the OpenAPI document says: there
/// is no second list.
/// </summary>
/// <param name="Name">Name.</param>
/// <param name="Place">In the query or a header.</param>
/// <param name="Description">For people: meaning, default, range.</param>
/// <param name="Schema">JSON Schema of its value, as JSON text.</param>
internal sealed record ApiParameter(
    string Name, ParameterPlace Place, string Description, string Schema = """{"type":"string"}""")
{
    public JsonNode SchemaNode => JsonNode.Parse(Schema)!;
}

/// <summary>The parameters of one route, as endpoint metadata.</summary>
internal sealed record ApiParameters(IReadOnlyList<ApiParameter> All)
{
    public IReadOnlyCollection<string> QueryNames { get; } =
        [.. All.Where(p => p.Place == ParameterPlace.Query).Select(p => p.Name)];
}

/// <summary>What a route's body is, as endpoint metadata.</summary>
internal sealed record ApiBody(string Description);

/// <summary>The error statuses a route may answer with, as endpoint metadata.</summary>
internal sealed record ApiProblems(IReadOnlyList<int> Statuses);
