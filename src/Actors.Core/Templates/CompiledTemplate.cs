using System.Buffers;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Actors.Core.JsonPath;
using Actors.Definitions;

namespace Actors.Core.Templates;

/// <summary>
/// JSON with paths in it. A string that is a path is replaced by the value it selects: JSON null where a singular
/// path selects nothing, an array of all nodes for a path that may select several. A string with placeholders is
/// filled in; there nothing and null are errors. Object keys and everything else are literal.
/// </summary>
public sealed class CompiledTemplate
{
    /// <summary>How deeply a template may be nested.</summary>
    public const int DepthMax = 64;

    /// <summary>Largest value that a template makes; paths may select one part of a document many times.</summary>
    public const int BytesMax = 64 * 1024 * 1024;

    private static readonly JsonWriterOptions WriterOptions =
        new() { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly TemplateNode _root;
    private readonly Payload? _constant;

    private CompiledTemplate(TemplateNode root, Payload? constant, ImmutableArray<ImmutableArray<string>> references)
    {
        _root = root;
        _constant = constant;
        References = references;
    }

    /// <summary>Static name prefixes of all paths in it, for example <c>steps, charge, result</c>.</summary>
    public ImmutableArray<ImmutableArray<string>> References { get; }

    /// <summary>Compiles a template.</summary>
    /// <param name="template">Its JSON text.</param>
    /// <param name="errors">Every error there is.</param>
    /// <returns>Null if there are errors.</returns>
    public static CompiledTemplate? TryCompile(Template template, out ImmutableArray<TemplateError> errors)
    {
        var found = ImmutableArray.CreateBuilder<TemplateError>();
        var queries = new List<JsonPathQuery>();
        TemplateNode? root = null;
        try
        {
            using var document = JsonDocument.Parse(template.Json, new JsonDocumentOptions { MaxDepth = DepthMax });
            root = Compile(document.RootElement, "", queries, found);
        }
        catch (JsonException e)
        {
            found.Add(new TemplateError(template.Json, $"not JSON of a depth of at most {DepthMax}: {e.Message}", ""));
        }

        catch (InvalidOperationException e)
        {
            found.Add(new TemplateError(template.Json, $"holds text that is not valid Unicode: {e.Message}", ""));
        }

        errors = found.ToImmutable();
        if (root is null || errors.Length > 0) return null;
        var constant = root is TemplateNode.Constant c ? Payload.FromTrustedUtf8(c.Json) : (Payload?)null;
        return new CompiledTemplate(root, constant, [.. queries.SelectMany(q => q.References)]);
    }

    /// <summary>Makes the value.</summary>
    /// <param name="root">The document that paths see.</param>
    /// <exception cref="TemplateException">
    /// A placeholder's path selects nothing, or null; or a path can't be evaluated; or the value would be larger than
    /// <see cref="BytesMax"/>, or nested more deeply than <see cref="Payload.DepthMax"/>.
    /// </exception>
    public Payload Evaluate(JsonView root)
    {
        if (_constant is { } constant) return constant;
        try
        {
            return ValueDepth.Checked(Make(root));
        }
        catch (JsonPathException e)
        {
            throw new TemplateException(e.Message, e);
        }
        catch (InvalidOperationException e)
        {
            // System.Text.Json says so of escapes that stand for half of a surrogate pair, and only then.
            throw new TemplateException($"a path selects text that is not valid Unicode: {e.Message}", e);
        }
    }

    private Payload Make(JsonView root)
    {
        if (_root is TemplateNode.Value { Query.IsSingular: true } value)
            return value.Query.TrySelectSingle(root, out var element)
                ? Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(element).ToArray())
                : Payload.Null;
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, WriterOptions)) _root.Write(json, root);
        // A small value doesn't keep a large buffer alive.
        return Payload.FromTrustedUtf8(
            buffer.WrittenCount * 2 < buffer.Capacity ? buffer.WrittenSpan.ToArray() : buffer.WrittenMemory);
    }

    private static TemplateNode Compile(
        JsonElement element, string pointer, List<JsonPathQuery> queries, ImmutableArray<TemplateError>.Builder errors)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                return CompileString(element, pointer, queries, errors);
            case JsonValueKind.Array:
                var items = element.EnumerateArray()
                    .Select((item, i) => Compile(item, $"{pointer}/{i}", queries, errors))
                    .ToImmutableArray();
                return items.All(i => i is TemplateNode.Constant) ? Constant(element) : new TemplateNode.List(items);
            case JsonValueKind.Object:
                var members = element.EnumerateObject()
                    .Select(m => new TemplateNode.Member(
                        JsonEncodedText.Encode(m.Name, WriterOptions.Encoder),
                        Compile(m.Value, $"{pointer}/{Escape(m.Name)}", queries, errors)))
                    .ToImmutableArray();
                return members.All(m => m.Value is TemplateNode.Constant)
                    ? Constant(element)
                    : new TemplateNode.Record(members);
            default:
                return Constant(element);
        }
    }

    private static TemplateNode CompileString(
        JsonElement element, string pointer, List<JsonPathQuery> queries, ImmutableArray<TemplateError>.Builder errors)
    {
        var text = element.GetString()!;
        if (!Placeholders.TryParse(text, pointer, out var parsed, out var error))
        {
            errors.Add(error!);
            return Constant(element);
        }

        queries.AddRange(parsed!.Queries);
        if (parsed.Path is { } path) return new TemplateNode.Value(path);
        return parsed.Literal == text ? Constant(element) : new TemplateNode.Text(parsed);
    }

    private static TemplateNode.Constant Constant(JsonElement element) =>
        new(JsonMarshal.GetRawUtf8Value(element).ToArray());

    private static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
