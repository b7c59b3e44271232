using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Actors;

/// <summary>
/// A JSON value as UTF-8 text: the input of a process, the result of a step, the state of an entity. It is copied once,
/// where it enters, and passed by reference from there on; it is never changed. Equality is by text.
/// </summary>
[JsonConverter(typeof(PayloadJsonConverter))]
public readonly struct Payload : IEquatable<Payload>
{
    /// <summary>How deeply a payload may be nested; the edge refuses more.</summary>
    public const int DepthMax = 64;

    private readonly ReadOnlyMemory<byte> _utf8;

    private Payload(ReadOnlyMemory<byte> utf8) => _utf8 = utf8;

    /// <summary>JSON <c>null</c>; also the value of <c>default(Payload)</c>.</summary>
    public static Payload Null => default;

    /// <summary>
    /// How payloads of CLR types are written and read: camelCase, enums as text, strict reading of numbers.
    /// </summary>
    public static JsonSerializerOptions JsonOptions { get; } = MakeOptions();

    /// <summary>The JSON text.</summary>
    public ReadOnlyMemory<byte> Utf8 => _utf8.IsEmpty ? NullText : _utf8;

    /// <summary>Length of the JSON text in bytes.</summary>
    public int Bytes => Utf8.Length;

    /// <summary>Whether the value is JSON <c>null</c>.</summary>
    public bool IsNull => _utf8.IsEmpty || _utf8.Span.SequenceEqual(NullText.Span);

    private static ReadOnlyMemory<byte> NullText { get; } = "null"u8.ToArray();

    private static UTF8Encoding StrictUtf8 { get; } = new(false, throwOnInvalidBytes: true);

    /// <summary>Wraps text that is known to be one JSON value, without looking at it or copying it.</summary>
    public static Payload FromTrustedUtf8(ReadOnlyMemory<byte> utf8) => new(utf8);

    /// <summary>
    /// Checks that the text is UTF-8, is one JSON value of a depth of at most <see cref="DepthMax"/>, and holds no half
    /// of a surrogate pair, not as an escape either; and wraps it without copying.
    /// </summary>
    /// <exception cref="InvalidPayloadException">It is not.</exception>
    public static Payload FromUtf8(ReadOnlyMemory<byte> utf8)
    {
        var text = utf8.Span;
        if (!System.Text.Unicode.Utf8.IsValid(text)) throw new InvalidPayloadException("the JSON is not UTF-8");
        // The reader takes half a pair in an escape, but nobody could read the string.
        var mayHoldHalves = text.IndexOf("\\ud"u8) >= 0 || text.IndexOf("\\uD"u8) >= 0;
        try
        {
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = DepthMax });
            // Reading to the end is the check.
            while (reader.Read())
            {
                if (mayHoldHalves && reader.ValueIsEscaped) CheckPairs(reader);
            }
        }
        catch (JsonException e)
        {
            throw new InvalidPayloadException($"not a JSON value the engine takes: {e.Message}", e);
        }

        return new Payload(utf8);
    }

    /// <summary>As <see cref="FromUtf8"/>, from a string.</summary>
    /// <exception cref="InvalidPayloadException">It is not one JSON value.</exception>
    public static Payload FromJson(string json)
    {
        try
        {
            return FromUtf8(StrictUtf8.GetBytes(json));
        }
        catch (EncoderFallbackException e)
        {
            throw new InvalidPayloadException(HalfPair(e.Index, "character"), e);
        }
    }

    /// <summary>The JSON of a CLR value, by <see cref="JsonOptions"/>.</summary>
    public static Payload From<T>(T value) => new(JsonSerializer.SerializeToUtf8Bytes(value, JsonOptions));

    /// <summary>The JSON of a CLR value of a type known at run time only.</summary>
    public static Payload From(object? value, Type type) =>
        new(JsonSerializer.SerializeToUtf8Bytes(value, type, JsonOptions));

    /// <summary>Reads the value as a CLR type, by <see cref="JsonOptions"/>.</summary>
    /// <exception cref="InvalidPayloadException">The JSON does not fit the type.</exception>
    public T? To<T>() => (T?)To(typeof(T));

    /// <summary>Reads the value as a CLR type known at run time only.</summary>
    /// <exception cref="InvalidPayloadException">The JSON does not fit the type.</exception>
    public object? To(Type type)
    {
        try
        {
            return JsonSerializer.Deserialize(Utf8.Span, type, JsonOptions);
        }
        catch (JsonException e)
        {
            throw new InvalidPayloadException($"the JSON does not fit {type.Name}: {e.Message}", e);
        }
    }

    /// <summary>Parses the value.</summary>
    public JsonElement ToElement()
    {
        var reader = new Utf8JsonReader(Utf8.Span, new JsonReaderOptions { MaxDepth = 1024 });
        return JsonElement.ParseValue(ref reader);
    }

    /// <inheritdoc/>
    public bool Equals(Payload other) => Utf8.Span.SequenceEqual(other.Utf8.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Payload other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(Utf8.Span);
        return hash.ToHashCode();
    }

    /// <summary>The JSON text.</summary>
    public override string ToString() => Encoding.UTF8.GetString(Utf8.Span);

    /// <summary>Equality by text.</summary>
    public static bool operator ==(Payload left, Payload right) => left.Equals(right);

    /// <summary>Inequality by text.</summary>
    public static bool operator !=(Payload left, Payload right) => !left.Equals(right);

    private static void CheckPairs(in Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
        }
        catch (InvalidOperationException e)
        {
            throw new InvalidPayloadException(HalfPair(reader.TokenStartIndex, "byte"), e);
        }
    }

    private static string HalfPair(long at, string unit) => string.Create(
        CultureInfo.InvariantCulture,
        $"the JSON holds half a surrogate pair in the string at {unit} {at + 1}; write the whole character");

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            NumberHandling = JsonNumberHandling.Strict,
            MaxDepth = DepthMax,
            Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
        };
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}

/// <summary>Writes and reads a payload as the JSON value it is.</summary>
public sealed class PayloadJsonConverter : JsonConverter<Payload>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        return Payload.FromTrustedUtf8(JsonSerializer.SerializeToUtf8Bytes(document.RootElement, Payload.JsonOptions));
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) =>
        writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
}
