namespace Actors.Grains.Invocations;

/// <summary>Names of statuses without formatting them anew each time.</summary>
internal static class StatusNames
{
    private static readonly string[] Names =
        [.. Enumerable.Range(0, 8).Select(i => ((InvocationStatus)i).ToString())];

    public static string Of(InvocationStatus status) => Names[(int)status];
}
