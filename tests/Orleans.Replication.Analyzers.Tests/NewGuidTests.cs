using Orleans.Replication.Analyzers.Tests.Compiling;

namespace Orleans.Replication.Analyzers.Tests;

/// <summary>ORPL0002.</summary>
public sealed class NewGuidTests
{
    [Theory]
    [InlineData("Guid.NewGuid()")]
    [InlineData("Guid.CreateVersion7()")]
    [InlineData("Guid.CreateVersion7(context.Timestamp)")]
    public Task A_new_Guid_is_reported(string made) => Expect.InApply($"_ = {made}; // ORPL0002");

    [Fact]
    public Task A_Guid_made_from_arguments_is_not() => Expect.InApply(
        """
        _ = new Guid(Text);
        _ = Guid.Empty;
        _ = Guid.Parse(Text);
        """);
}
