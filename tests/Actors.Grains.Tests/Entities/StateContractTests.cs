using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Actors.Grains.Entities;
using Shouldly;

namespace Actors.Grains.Tests.Entities;

/// <summary>A state that would not come back is refused when its entity class is registered.</summary>
public sealed class StateContractTests
{
    [Theory]
    [InlineData(typeof(Holder<PrivateSetter>), "PrivateSetter loses 'Total'")]
    [InlineData(typeof(Holder<FilledList>), "FilledList loses 'Lines'")]
    [InlineData(typeof(Holder<PublicField>), "PublicField loses 'Total'")]
    [InlineData(typeof(Holder<OnlyFields>), "OnlyFields loses '_total'")]
    [InlineData(typeof(Holder<InternalProperty>), "InternalProperty loses 'Total'")]
    [InlineData(typeof(Holder<With<PrivateSetter>>), "PrivateSetter loses 'Total'")]
    [InlineData(typeof(Holder<With<PrivateSetter[]>>), "PrivateSetter loses 'Total'")]
    [InlineData(typeof(Holder<With<Dictionary<string, List<PrivateSetter>>>>), "PrivateSetter loses 'Total'")]
    [InlineData(typeof(Holder<With<Shape>>), "Circle loses 'Radius'")]
    [InlineData(typeof(Holder<With<(int A, int B)>>), "loses 'Item1'")]
    [InlineData(typeof(Holder<With<(int A, int B)?>>), "loses 'Item1'")]
    [InlineData(typeof(Holder<With<Stack<int>>>), "reverse order")]
    [InlineData(typeof(Holder<With<IComparable>>), "can't be made")]
    [InlineData(typeof(Holder<With<TwoConstructors>>), "can't be made")]
    [InlineData(typeof(Holder<Twins>), "JSON can't hold")]
    [InlineData(typeof(Keeper), "keeps 'Total' beside its state")]
    [InlineData(typeof(FieldKeeper), "keeps '_total' beside its state")]
    public void What_is_lost_is_named_with_the_way_out(Type entity, string expected)
    {
        var message = Should.Throw<ArgumentException>(() => Register(entity)).Message;
        message.ShouldContain(expected);
        message.ShouldContain("entity class " + entity.Name);
    }

    [Fact]
    public void The_ways_out_are_told() =>
        Should.Throw<ArgumentException>(() => Register(typeof(Holder<PrivateSetter>))).Message.ShouldBe(
            "the state of entity class Holder`1 can't be stored: PrivateSetter loses 'Total', which is written and " +
            "not read; give it a public setter (set or init), a parameter of the constructor, or [JsonInclude]; or " +
            "[JsonIgnore] if it is not state, or derived from what is");

    [Theory]
    [InlineData(typeof(Holder<With<Line>>))]
    [InlineData(typeof(Holder<With<Line?[]>>))]
    [InlineData(typeof(Holder<Included>))]
    [InlineData(typeof(Holder<Ignored>))]
    [InlineData(typeof(Holder<Populated>))]
    [InlineData(typeof(Holder<OwnAccessors>))]
    [InlineData(typeof(Holder<Node>))]
    [InlineData(typeof(Holder<With<KeyValuePair<string, int?>>>))]
    [InlineData(typeof(Holder<With<ImmutableSortedDictionary<string, IReadOnlyList<Uri>>>>))]
    [InlineData(typeof(Holder<With<Payload?>>))]
    [InlineData(typeof(Holder<With<object>>))]
    [InlineData(typeof(Forgetful))]
    public void What_comes_back_is_taken(Type entity) => Register(entity);

    private static void Register(Type entity)
    {
        try
        {
            typeof(EntityRegistry).GetMethod(nameof(EntityRegistry.Add))!.MakeGenericMethod(entity)
                .Invoke(new EntityRegistry(), ["e"]);
        }
        catch (System.Reflection.TargetInvocationException e)
        {
            throw e.InnerException!;
        }
    }

    public sealed class Holder<TState> : Entity<TState> where TState : class, new()
    {
        public TState Get() => State;
    }

    public sealed class With<T>
    {
        public T? Value { get; set; }
    }

    public sealed class PrivateSetter
    {
        public decimal Total { get; private set; }

        public void Add(decimal amount) => Total += amount;
    }

    public sealed class FilledList
    {
        public List<string> Lines { get; } = [];
    }

    public sealed class PublicField
    {
        public int Total;

        public string Name { get; set; } = "";
    }

    public sealed class OnlyFields
    {
        private int _total;

        public int Add(int amount) => _total += amount;
    }

    public sealed class InternalProperty
    {
        public string Name { get; set; } = "";

        internal int Total { get; set; }
    }

    public sealed class Twins
    {
        public int A { get; set; }

        [JsonPropertyName("a")]
        public int B { get; set; }
    }

    [JsonDerivedType(typeof(Circle), "circle")]
    public abstract class Shape;

    public sealed class Circle : Shape
    {
        public int Radius { get; private set; }

        public void Grow() => Radius++;
    }

    public sealed class TwoConstructors
    {
        public TwoConstructors(int a) => A = a;

        public TwoConstructors(int a, int b) => A = a + b;

        public int A { get; set; }
    }

    public sealed record Line(string Article, decimal Price, int Count)
    {
        public decimal Sum => Price * Count;

        public decimal Tax { get; } = Price * Count / 5;
    }

    public sealed class Included
    {
        [JsonInclude]
        public int Total { get; private set; }

        [JsonInclude]
        private int _count;

        public int Add() => Total += ++_count;
    }

    public sealed class Ignored
    {
        [JsonIgnore]
        public int Total { get; private set; }

        [JsonIgnore]
        public int Count;

        public int Sum { get; set; }

        public int Add() => Total += Count;
    }

    public sealed class Populated
    {
        [JsonObjectCreationHandling(JsonObjectCreationHandling.Populate)]
        public List<string> Lines { get; } = [];
    }

    public sealed class OwnAccessors
    {
        private int _total;

        public int Total
        {
            get => _total;
            set => _total = Math.Max(0, value);
        }

        public bool IsEmpty => Total == 0;
    }

    public sealed class Node
    {
        public List<Node> Inner { get; set; } = [];
    }

    public sealed class Keeper : Entity<Included>
    {
        public decimal Total { get; private set; }

        public void Add(decimal amount) => Total += amount;
    }

    public sealed class FieldKeeper : Entity<Included>
    {
        private int _total;

        public int Add(int amount) => _total += amount;
    }

    public sealed class Forgetful : Entity<Included>
    {
        private static int _made;
        private readonly int _number = Interlocked.Increment(ref _made);

        [JsonIgnore]
        private int _asked;

        public int Ask() => _number + _asked++;
    }
}
