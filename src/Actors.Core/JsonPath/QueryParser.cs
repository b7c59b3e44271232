using System.Collections.Immutable;

namespace Actors.Core.JsonPath;

/// <summary>Reads queries (RFC 9535 section 2.2 to 2.5) off a scanner.</summary>
internal sealed class QueryParser(Scanner scanner)
{
    /// <summary>A whole text that is a query.</summary>
    public QuerySyntax ReadAll()
    {
        if (scanner.Current != '$') throw scanner.Error("a path begins with '$'");
        var query = Read();
        if (!scanner.IsAtEnd) throw scanner.Error("the path goes on where it can't");
        return query;
    }

    /// <summary>A query that begins here with <c>$</c> or <c>@</c>.</summary>
    public QuerySyntax Read()
    {
        var isAbsolute = scanner.Current == '$';
        if (!isAbsolute && scanner.Current != '@') throw scanner.Error("'$' or '@' expected");
        scanner.Take(isAbsolute ? "$" : "@");
        var segments = ImmutableArray.CreateBuilder<Segment>();
        while (true)
        {
            var before = scanner.Position;
            scanner.SkipBlank();
            if (TrySegment() is { } segment)
            {
                segments.Add(segment);
                continue;
            }

            scanner.BackTo(before);
            return new QuerySyntax(isAbsolute, segments.ToImmutable());
        }
    }

    private Segment? TrySegment()
    {
        if (scanner.TryTake(".."))
            return new Segment(true, scanner.Current == '[' ? Bracketed() : [Shorthand()]);
        if (scanner.TryTake(".")) return new Segment(false, [Shorthand()]);
        return scanner.Current == '[' ? new Segment(false, Bracketed()) : null;
    }

    private Selector Shorthand()
    {
        if (scanner.TryTake("*")) return new Selector.Wildcard();
        return scanner.TryName(out var name) ? new Selector.Name(name) : throw scanner.Error("a member name, '*' or '[' expected");
    }

    private ImmutableArray<Selector> Bracketed()
    {
        scanner.Take("[");
        scanner.Enter();
        var selectors = ImmutableArray.CreateBuilder<Selector>();
        do
        {
            scanner.SkipBlank();
            selectors.Add(OneSelector());
            scanner.SkipBlank();
        }
        while (scanner.TryTake(","));
        scanner.Take("]");
        scanner.Leave();
        return selectors.ToImmutable();
    }

    private Selector OneSelector()
    {
        if (scanner.Current is '\'' or '"' && !scanner.IsAtEnd) return new Selector.Name(scanner.TakeString());
        if (scanner.TryTake("*")) return new Selector.Wildcard();
        if (scanner.TryTake("?"))
        {
            scanner.SkipBlank();
            return new Selector.Filter(new LogicalParser(scanner, this).Read());
        }

        return IndexOrSlice();
    }

    private Selector IndexOrSlice()
    {
        long? start = scanner.TryInteger(out var first) ? first : null;
        var before = scanner.Position;
        scanner.SkipBlank();
        if (!scanner.TryTake(":"))
        {
            scanner.BackTo(before);
            return start is { } index ? new Selector.Index(index) : throw scanner.Error("a name in quotes, an index, a slice, '*' or a filter expected");
        }

        scanner.SkipBlank();
        long? end = scanner.TryInteger(out var second) ? second : null;
        before = scanner.Position;
        scanner.SkipBlank();
        if (!scanner.TryTake(":"))
        {
            scanner.BackTo(before);
            return new Selector.Slice(start, end, 1);
        }

        before = scanner.Position;
        scanner.SkipBlank();
        if (scanner.TryInteger(out var step)) return new Selector.Slice(start, end, step);
        scanner.BackTo(before);
        return new Selector.Slice(start, end, 1);
    }
}
