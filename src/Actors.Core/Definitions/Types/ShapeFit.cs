namespace Actors.Core.Definitions.Types;

/// <summary>Where and how what is given can't be what is taken.</summary>
/// <param name="Path">Names of members on the way there; <c>[]</c> for the items of a list.</param>
/// <param name="Text">What is wrong there.</param>
internal sealed record Misfit(IReadOnlyList<string> Path, string Text)
{
    public override string ToString() => Path.Count == 0
        ? $"it {Text}"
        : $"'{string.Join('.', Path).Replace(".[]", "[]", StringComparison.Ordinal)}' {Text}";
}

/// <summary>Compares what a step is given with what it takes.</summary>
internal sealed class ShapeFit
{
    private const int DepthMax = 32;

    private readonly HashSet<(Shape, Shape)> _compared = [];
    private readonly Stack<string> _path = new();

    private ShapeFit()
    {
    }

    /// <summary>The first thing that can't fit, whatever the values will be; null: it may fit.</summary>
    public static Misfit? Between(Shape given, Shape taken) => new ShapeFit().Compare(given, taken);

    private Misfit? Compare(Shape given, Shape taken)
    {
        if (_path.Count > DepthMax || !_compared.Add((given, taken))) return null;
        if (given.Kinds == JsonKinds.None || taken.Kinds == JsonKinds.None) return null;
        if (!Overlap(given, taken))
            return Here($"is {Shape.Show(given.Real)} and has to be {Shape.Show(taken.Real)}");
        return given.Real switch
        {
            JsonKinds.Record => CompareRecords(given, taken),
            JsonKinds.List => Below("[]", given.Items, taken.Items),
            _ => null,
        };
    }

    // That something may be missing, and then null, is no reason to take it for fitting.
    private static bool Overlap(Shape given, Shape taken)
    {
        if (taken.Real == JsonKinds.None) return true;
        var common = given.Real == JsonKinds.None ? taken.Kinds & JsonKinds.Null : given.Real & taken.Real;
        return common != JsonKinds.None;
    }

    private Misfit? CompareRecords(Shape given, Shape taken)
    {
        foreach (var name in taken.Required)
        {
            if (given.IsClosed && Find(given.Members, name) is null && !MayBeNull(taken, name))
                return At(name, "is missing");
        }

        foreach (var (name, member) in given.Members)
        {
            if (Find(taken.Members, name) is { } other)
            {
                if (Below(name, member, other) is { } misfit) return misfit;
            }
            else if (taken.IsClosed && given.Required.Contains(name))
            {
                return At(name, "is not one of its members");
            }
            else if (Below(name, member, taken.Others) is { } misfit)
            {
                return misfit;
            }
        }

        return null;
    }

    // A missing member reads as null where null is taken.
    private static bool MayBeNull(Shape taken, string name) =>
        taken.Members.TryGetValue(name, out var member) && member != Shape.Any &&
        (member.Kinds & JsonKinds.Null) != JsonKinds.None;

    // .NET reads members whatever the case of their names.
    private static Shape? Find(Dictionary<string, Shape> members, string name)
    {
        if (members.TryGetValue(name, out var exact)) return exact;
        foreach (var (other, member) in members)
        {
            if (string.Equals(other, name, StringComparison.OrdinalIgnoreCase)) return member;
        }

        return null;
    }

    private Misfit? Below(string name, Shape given, Shape taken)
    {
        _path.Push(name);
        var misfit = Compare(given, taken);
        _path.Pop();
        return misfit;
    }

    private Misfit At(string name, string text) => new([.. _path.Reverse(), name], text);

    private Misfit Here(string text) => new([.. _path.Reverse()], text);
}
