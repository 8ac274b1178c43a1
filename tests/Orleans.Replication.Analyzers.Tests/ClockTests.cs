using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0001.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData("DateTime.Now")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTime.Today")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("DateTimeOffset.UtcNow.AddDays(1)")]
    [InlineData("Stopwatch.StartNew()")]
    [InlineData("Stopwatch.GetTimestamp()")]
    [InlineData("Environment.TickCount64")]
    [InlineData("Environment.TickCount")]
    [InlineData("TimeProvider.System.GetUtcNow()")]
    public Task A_clock_is_reported(string clock) => Expect.InApply($"_ = {clock}; // ORPL0001");

    [Fact]
    public Task The_leaders_timestamp_and_reckoning_with_it_are_not() => Expect.InApply(
        """
        var due = context.Timestamp.AddMinutes(Number);
        var date = new DateTime(2030, 1, 1, 0, 0, 0, DateTimeKind.Utc).Add(TimeSpan.FromDays(1));
        _ = nameof(DateTime.Now);
        """);
}
