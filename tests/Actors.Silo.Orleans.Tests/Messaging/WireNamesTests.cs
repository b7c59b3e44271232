using System.Reflection;
using Actors.Silo.Orleans.Messaging;
using Shouldly;

namespace Actors.Silo.Orleans.Tests.Messaging;

/// <summary>
/// Silos of two versions talk to each other while one replaces the other: what they call each other's grains and
/// types never changes.
/// </summary>
public sealed class WireNamesTests
{
    private static readonly Type[] Types = typeof(Envelope).Assembly.GetTypes()
        .Where(type => !type.IsDefined(typeof(System.Runtime.CompilerServices.CompilerGeneratedAttribute), false))
        .Where(type => !type.Namespace?.StartsWith("OrleansCodeGen", StringComparison.Ordinal) ?? true)
        .ToArray();

    [Fact]
    public void Interfaces_of_grains_and_their_methods_have_frozen_names() =>
        Types.Where(type => type.IsInterface && typeof(IAddressable).IsAssignableFrom(type))
            .Select(type => $"{NameOf(type)}({string.Join(' ', type.GetMethods().Select(NameOf))})")
            .Order(StringComparer.Ordinal).ShouldBe(
            [
                "actors.entity()",
                "actors.gateway(call)",
                "actors.grain(call post settle grown taken)",
                "actors.invocation()",
                "actors.net(arm look)",
                "actors.queue(offer ended withdraw leave admit cancel-admission)",
                "actors.registry()",
                "actors.work-control(cancel)",
                "actors.work-feed()",
                "actors.work-part(put take)",
                "actors.worker(run)",
            ]);

    [Fact]
    public void Grains_have_frozen_names() =>
        Types.Where(type => !type.IsAbstract && typeof(global::Orleans.Grain).IsAssignableFrom(type))
            .Select(type => $"{type.Name}: {ValueOf(type, "GrainTypeAttribute")}")
            .Order(StringComparer.Ordinal).ShouldBe(
            [
                "EntityShell: actors.entity",
                "GatewayGrain: actors.gateway",
                "InvocationShell: actors.invocation",
                "NetGrain: actors.net",
                "RegistryShell: actors.registry",
                "StepWorkerGrain: actors.worker",
                "WorkFeedGrain: actors.work-feed",
                "WorkPartGrain: actors.work-part",
                "WorkQueueGrain: actors.queue",
            ]);

    [Fact]
    public void Types_on_the_wire_and_their_parts_have_frozen_names() =>
        Types.Where(type => type.IsDefined(typeof(GenerateSerializerAttribute), false))
            .Select(type => $"{NameOf(type)}: {string.Join(' ', PartsOf(type))}")
            .Order(StringComparer.Ordinal).ShouldBe(
            [
                "actors.envelope: 0=Name 1=Json 2=CorrelationId 3=Age",
                "actors.work-batch: 0=StreamId 1=Work 2=Context 3=Sequence",
            ]);

    private static IEnumerable<string> PartsOf(Type type) => type.GetMembers()
        .Where(member => member.IsDefined(typeof(IdAttribute), false))
        .Select(member => $"{member.GetCustomAttribute<IdAttribute>()!.Id}={member.Name}")
        .Order(StringComparer.Ordinal);

    private static string NameOf(MemberInfo member) => member.GetCustomAttribute<AliasAttribute>(false)?.Alias
        ?? throw new InvalidOperationException($"{member.DeclaringType?.Name}.{member.Name} has no [Alias]");

    private static string? ValueOf(Type type, string attribute) => type.CustomAttributes
        .FirstOrDefault(a => a.AttributeType.Name == attribute)?.ConstructorArguments[0].Value as string;
}
