using Actors.Core.Definitions;
using Actors.EndToEnd.Tests.Scenarios;
using OrderFulfilment;
using Shouldly;

namespace Actors.EndToEnd.Tests.Samples;

public sealed class OrderFulfilmentTwinTests
{
    [Fact]
    public void The_file_and_the_code_are_one_definition()
    {
        var folder = Repository.Folder("samples/01-order-fulfilment");
        var path = Path.Combine(folder, "order-fulfilment.yaml");
        var file = ProcessFile.Read(File.ReadAllText(path), path).MapOrThrow();
        var code = OrderFulfilmentProcess.Define();

        StepMapJson.Write(code).ShouldBe(StepMapJson.Write(file), "easier to read than two hashes");
        ContentHash.Of(code).ShouldBe(ContentHash.Of(file));
    }
}
