using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0005.</summary>
public sealed class EnvironmentTests
{
    [Theory]
    [InlineData("Environment.MachineName")]
    [InlineData("Environment.ProcessorCount")]
    [InlineData("Environment.NewLine")]
    [InlineData("Environment.GetEnvironmentVariable(Text)")]
    [InlineData("OperatingSystem.IsWindows()")]
    [InlineData("System.Runtime.InteropServices.RuntimeInformation.OSDescription")]
    [InlineData("AppContext.BaseDirectory")]
    [InlineData("TimeZoneInfo.Local")]
    [InlineData("context.Timestamp.ToLocalTime()")]
    [InlineData("context.Timestamp.LocalDateTime")]
    [InlineData("Date.ToUniversalTime()")]
    public Task What_differs_between_machines_is_reported(string expression) => Expect.InApply($"_ = {expression}; // ORPL0005");

    [Fact]
    public Task Universal_time_and_constants_are_not() => Expect.InApply(
        """
        _ = context.Timestamp.UtcDateTime;
        _ = TimeZoneInfo.Utc;
        _ = int.MaxValue;
        """);
}
