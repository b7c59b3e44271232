using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text.Json;
using Actors.Core.JsonPath;

namespace Actors.Core.Templates;

/// <summary>A compiled part of a template.</summary>
internal abstract record TemplateNode
{
    public abstract void Write(Utf8JsonWriter json, JsonView root);

    public sealed record Constant(byte[] Json) : TemplateNode
    {
        public override void Write(Utf8JsonWriter json, JsonView root) =>
            json.WriteRawValue(Json, skipInputValidation: true);
    }

    public sealed record Value(JsonPathQuery Query) : TemplateNode
    {
        public override void Write(Utf8JsonWriter json, JsonView root)
        {
            if (!Query.IsSingular)
            {
                json.WriteStartArray();
                foreach (var element in Query.Select(root)) WriteRaw(json, element);
                json.WriteEndArray();
            }
            else if (Query.TrySelectSingle(root, out var only))
            {
                WriteRaw(json, only);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        private static void WriteRaw(Utf8JsonWriter json, JsonElement element)
        {
            json.WriteRawValue(JsonMarshal.GetRawUtf8Value(element), skipInputValidation: true);
            if (json.BytesCommitted + json.BytesPending > CompiledTemplate.BytesMax)
                throw new TemplateException($"the value is larger than {CompiledTemplate.BytesMax} bytes; select less");
        }
    }

    public sealed record Text(Placeholders Parts) : TemplateNode
    {
        public override void Write(Utf8JsonWriter json, JsonView root) => json.WriteStringValue(Parts.Fill(root, null));
    }

    public sealed record List(ImmutableArray<TemplateNode> Items) : TemplateNode
    {
        public override void Write(Utf8JsonWriter json, JsonView root)
        {
            json.WriteStartArray();
            foreach (var item in Items) item.Write(json, root);
            json.WriteEndArray();
        }
    }

    public readonly record struct Member(JsonEncodedText Name, TemplateNode Value);

    public sealed record Record(ImmutableArray<Member> Members) : TemplateNode
    {
        public override void Write(Utf8JsonWriter json, JsonView root)
        {
            json.WriteStartObject();
            foreach (var (name, value) in Members)
            {
                json.WritePropertyName(name);
                value.Write(json, root);
            }

            json.WriteEndObject();
        }
    }
}
