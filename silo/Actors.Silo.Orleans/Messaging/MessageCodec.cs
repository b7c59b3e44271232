using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Actors.Grains.Entities;
using Actors.Grains.Invocations;
using Actors.Grains.Work;

namespace Actors.Silo.Orleans.Messaging;

/// <summary>Messages as envelopes, and back.</summary>
internal static class MessageCodec
{
    private static JsonSerializerOptions Options { get; } = MakeOptions();

    /// <summary>Wraps a message.</summary>
    public static Envelope Write(object message) => new()
    {
        Name = MessageNames.Of(message.GetType()),
        Message = message,
        CorrelationId = message switch
        {
            StartInvocation start => start.CorrelationId,
            WorkItem work => work.CorrelationId,
            CallOperation call => call.CorrelationId,
            _ => null,
        },
    };

    /// <summary>A message as it crosses a wire.</summary>
    public static byte[] ToJson(object message) =>
        JsonSerializer.SerializeToUtf8Bytes(message, message.GetType(), Options);

    /// <summary>Unwraps a message.</summary>
    /// <exception cref="UnavailableException">This version does not know it, or can't read it.</exception>
    public static T Read<T>(Envelope envelope)
    {
        if (envelope.Message is T message) return message;
        var type = MessageNames.TypeOf(envelope.Name);
        try
        {
            var read = JsonSerializer.Deserialize(envelope.Json, type, Options)!;
            // It has waited in queues since that was written.
            if (read is WorkItem { StepTime: { } time } work)
                read = work with { StepTime = time with { Left = time.Left - envelope.Age } };
            return (T)read;
        }
        catch (Exception e) when (e is JsonException or InvalidCastException)
        {
            throw new UnavailableException(
                $"a silo sent a message '{envelope.Name}' that can't be read: {e.Message}", e);
        }
    }

    /// <summary>Unwraps an answer, or throws what it says.</summary>
    public static T ReadReply<T>(Envelope envelope)
    {
        if (envelope.Name == "error") throw Read<WireError>(envelope).ToException();
        return Read<T>(envelope);
    }

    private static JsonSerializerOptions MakeOptions()
    {
        var options = new JsonSerializerOptions(Payload.JsonOptions)
        {
            // A payload of the depth that is allowed, inside of a message.
            MaxDepth = Payload.DepthMax + 32,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { NameActions } },
        };
        options.Converters.Insert(0, new ExactPayload());
        options.Converters.Insert(0, new MaybePayload());
        options.MakeReadOnly();
        return options;
    }

    private static void NameActions(JsonTypeInfo type)
    {
        if (type.Type != typeof(WorkAction)) return;
        type.PolymorphismOptions = new JsonPolymorphismOptions
        {
            TypeDiscriminatorPropertyName = "kind",
            DerivedTypes =
            {
                new JsonDerivedType(typeof(WorkAction.Handler), "handler"),
                new JsonDerivedType(typeof(WorkAction.Http), "http"),
                new JsonDerivedType(typeof(WorkAction.Emit), "emit"),
                new JsonDerivedType(typeof(WorkAction.Entity), "entity"),
                new JsonDerivedType(typeof(WorkAction.Simulate), "simulate"),
                new JsonDerivedType(typeof(WorkAction.Stages), "stages"),
            },
        };
    }

    /// <summary>A payload as the very text it is.</summary>
    private sealed class ExactPayload : JsonConverter<Payload>
    {
        public override bool HandleNull => true;

        public override Payload Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            return Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(document.RootElement).ToArray());
        }

        public override void Write(Utf8JsonWriter writer, Payload value, JsonSerializerOptions options) =>
            writer.WriteRawValue(value.Utf8.Span, skipInputValidation: true);
    }

    /// <summary>A payload or none, as an array of one or none: a payload may itself be null.</summary>
    private sealed class MaybePayload : JsonConverter<Payload?>
    {
        public override bool HandleNull => true;

        public override Payload? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var value = document.RootElement;
            return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1
                ? Payload.FromTrustedUtf8(JsonMarshal.GetRawUtf8Value(value[0]).ToArray())
                : null;
        }

        public override void Write(Utf8JsonWriter writer, Payload? value, JsonSerializerOptions options)
        {
            writer.WriteStartArray();
            if (value is { } payload) writer.WriteRawValue(payload.Utf8.Span, skipInputValidation: true);
            writer.WriteEndArray();
        }
    }
}
