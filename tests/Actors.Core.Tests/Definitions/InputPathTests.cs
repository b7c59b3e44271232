using System.Text.Json;
using System.Text.Json.Serialization;
using Actors.Definitions;
using Shouldly;

namespace Actors.Core.Tests.Definitions;

/// <summary>Paths and keys that are written as C# lambdas.</summary>
public sealed class InputPathTests
{
    private interface IHasId
    {
        string Id { get; }
    }

    [Fact]
    public void The_value_of_what_may_be_missing_is_the_member_itself()
    {
        InputPath.Of((Order o) => o.Maybe!.Value).ShouldBe("$.input.maybe");
        InputPath.Of((Order o) => o.Place!.Value.Town).ShouldBe("$.input.place.town");
        InputPath.Of((Order o) => o.Lines[0].Count!.Value).ShouldBe("$.input.lines[0].count");
        InputPath.Of((Order o) => o.Own.Value).ShouldBe("$.input.own.value");
    }

    [Fact]
    public void Names_are_those_that_values_are_written_with()
    {
        InputPath.Of((Order o) => o.Renamed).ShouldBe("$.input['re-named']");
        InputPath.Of((Order o) => o.Included).ShouldBe("$.input.included");
        InputPath.Of((Order o) => o.Sometimes).ShouldBe("$.input.sometimes");
        InputPath.Of((Order o) => ((IHasId)o).Id).ShouldBe("$.input.number");
        InputPath.Of((Order o) => ((Line)o.Any).Sku).ShouldBe("$.input.any.sku");
        InputPath.Of((Order o) => o.Money.Amount).ShouldBe("$.input.money.amount");
        InputPath.Of((Order o) => o.Pairs[0].Key).ShouldBe("$.input.pairs[0].key");
    }

    [Fact]
    public void Every_name_leads_to_its_value()
    {
        var order = new Order { Maybe = 5, Renamed = "r", Included = 7, Place = new Place("Bern"), Id = "4711" };
        var json = Payload.From(order).ToElement();

        json.GetProperty(Name(o => o.Maybe!.Value)).GetInt32().ShouldBe(5);
        json.GetProperty(Name(o => o.Included)).GetInt32().ShouldBe(7);
        json.GetProperty(Name(o => o.Place!.Value)).GetProperty("town").GetString().ShouldBe("Bern");
        json.GetProperty(Name(o => o.Id)).GetString().ShouldBe("4711");

        static string Name<T>(System.Linq.Expressions.Expression<Func<Order, T>> member) =>
            InputPath.Below("", member).TrimStart('.');
    }

    [Fact]
    public void What_json_does_not_have_is_no_path()
    {
        Refused(o => o.Lines.Count, "'Count' of List<Line>");
        Refused(o => o.Pairs.Length, "'Length' of KeyValuePair<String, Int32>[]");
        Refused(o => o.Id.Length, "'Length' of String");
        Refused(o => o.Local.Year, "'Year' of DateTime");
        Refused(o => o.Maybe.HasValue, "'HasValue' of Nullable<Int32>");
        Refused(o => o.Place!.Value.Town.Length, "'Length' of String");
        Refused(o => o.Field, "'Field' of Order");
        Refused(o => o.Ignored, "'Ignored' of Order");
        Refused(o => o.More, "'More' of Order");
        Refused(o => o.Two.Item1, "'Item1' of ValueTuple<Int32, Int32>");
        Refused(o => o.Json.ValueKind, "'ValueKind' of JsonElement");
        Refused(o => o.Payload.Bytes, "'Bytes' of Payload");

        static void Refused<T>(System.Linq.Expressions.Expression<Func<Order, T>> member, string says)
        {
            var message = Should.Throw<ArgumentException>(() => InputPath.Of(member)).Message;
            message.ShouldContain($"{says} is not in the JSON of its values; ");
            message.ShouldContain("[JsonInclude]");
            message.ShouldContain("take the whole");
        }
    }

    [Fact]
    public void A_builder_tells_a_member_that_json_does_not_have_among_its_errors() =>
        Process.Define<Order>("p")
            .Key(o => o.Id.Length)
            .Step("a", s => s.Call("h").Input(o => o.Lines.Count))
            .TryBuild().Errors.Select(e => (e.Rule, e.Message.Split(':')[0])).ShouldBe(
                [("path", "process 'p' has a key that is no path"), ("path", "step 'a' has a path that is none")]);

    [Fact]
    public void A_key_is_a_text_or_a_number()
    {
        Key(o => o.Maybe!.Value).MapOrThrow().Key.ShouldBe("$.maybe");
        Key(o => o.Maybe).MapOrThrow().Key.ShouldBe("$.maybe");
        Key(o => o.Id).MapOrThrow().Key.ShouldBe("$.number");
        Key(o => o.Local).MapOrThrow().Key.ShouldBe("$.local");
        Key(o => o.Day).MapOrThrow().Key.ShouldBe("$.day");
        Key(o => o.Any).MapOrThrow().Key.ShouldBe("$.any");
        Key(o => o.Money).MapOrThrow().Key.ShouldBe("$.money");
        Refused(Key(o => o.Lines), "'o => o.Lines', which is a list");
        Refused(Key<object>(o => o.Lines), "which is a list");
        Refused(Key(o => o.Lines[0]), "which is a mapping");
        Refused(Key(o => o), "which is a mapping");
        Refused(Key(o => o.Flag), "which is true or false");

        static DefinitionResult Key<T>(System.Linq.Expressions.Expression<Func<Order, T>> part) =>
            Process.Define<Order>("p").Key(part).Step("a", s => s.Call("h")).TryBuild();

        static void Refused(DefinitionResult result, string says)
        {
            var error = result.Errors.ShouldHaveSingleItem();
            error.Rule.ShouldBe("key");
            error.Message.ShouldStartWith("process 'p' has the key ");
            error.Message.ShouldContain(says);
            error.Message.ShouldEndWith("; a key is a text or a number, such as o => o.OrderId");
        }
    }

    private sealed record Line(string Sku, int? Count);

    private readonly record struct Place(string Town);

    private sealed record Own(int Value);

    private sealed class Order : IHasId
    {
#pragma warning disable CA1051, SA1401 // That fields are not written is what is tested.
        public int Field = 1;

        [JsonInclude]
        public int Included;
#pragma warning restore CA1051, SA1401

        [JsonPropertyName("number")]
        public string Id { get; init; } = "";

        public int? Maybe { get; init; }

        public Place? Place { get; init; }

        public Own Own { get; init; } = new(1);

        public List<Line> Lines { get; init; } = [];

        public KeyValuePair<string, int>[] Pairs { get; init; } = [];

        public DateTime Local { get; init; }

        public DayOfWeek Day { get; init; }

        public bool Flag { get; init; }

        public object Any { get; init; } = 1;

        public (int, int) Two { get; init; }

        public JsonElement Json { get; init; } = JsonElement.Parse("1");

        public Payload Payload { get; init; }

        public Money Money { get; init; } = new(1);

        [JsonPropertyName("re-named")]
        public string? Renamed { get; init; }

        [JsonIgnore]
        public int Ignored { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Sometimes { get; init; }

        [JsonExtensionData]
        public Dictionary<string, JsonElement>? More { get; init; }
    }

    // What its converter writes, nobody knows but the converter.
    [JsonConverter(typeof(MoneyConverter))]
    private sealed record Money(decimal Amount);

    private sealed class MoneyConverter : JsonConverter<Money>
    {
        public override Money Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(reader.GetDecimal());

        public override void Write(Utf8JsonWriter writer, Money value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value.Amount);
    }
}
