namespace Actors.Silo.Api.Problems;

/// <summary>A request the edge refuses by itself: nothing of it has reached the engine.</summary>
internal sealed class EdgeException(int status, string failureType, string message) : Exception(message)
{
    public const string InvalidParameter = "invalid-parameter";
    public const string UnknownRoute = "unknown-route";
    public const string WrongMethod = "wrong-method";
    public const string UnsupportedMediaType = "unsupported-media-type";
    public const string EntityAbsent = "entity-absent";
    public const string ForeignCaller = "foreign-caller";
    public const string NoDeployments = "no-deployments";
    public const string BadRequest = "bad-request";

    public int Status { get; } = status;

    public string FailureType { get; } = failureType;

    public static EdgeException Parameter(string message) => new(400, InvalidParameter, message);
}

/// <summary>A body above the limit: an invalid payload to the client, with a status of its own.</summary>
internal sealed class BodyTooLargeException(long bytesMax) : Exception(
    $"the request body is larger than {bytesMax} bytes, the most this silo takes (Silo:RequestBytesMax); " +
    "keep large data in a store of your own and pass its address");
