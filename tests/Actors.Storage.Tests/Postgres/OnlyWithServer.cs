using Actors.Tests.Shared;
using Xunit.Abstractions;
using Xunit.Sdk;

namespace Actors.Storage.Tests.Postgres;

/// <summary>
/// Without a server the inherited tests, which know nothing of one, are left out; those marked with
/// <see cref="PostgresFactAttribute"/> stay, and are skipped with the reason.
/// </summary>
public sealed class OnlyWithServer : ITestCaseOrderer
{
    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases)
        where TTestCase : ITestCase =>
        PostgresServer.Obstacle is null
            ? testCases
            : testCases.Where(test => test is not IXunitTestCase { SkipReason: null });
}
