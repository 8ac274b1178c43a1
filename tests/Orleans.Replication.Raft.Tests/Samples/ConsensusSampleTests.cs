using System.Diagnostics;

namespace Orleans.Replication.Raft.Tests.Samples;

/// <summary>samples/Consensus as a process of its own.</summary>
public sealed class ConsensusSampleTests
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "Orleans.Replication.Raft.Tests"), Path.Combine("samples", "Consensus"), StringComparison.Ordinal),
        "Consensus.dll");

    [Fact]
    public async Task Three_peers_end_with_equal_states_after_a_thousand_updates()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Program])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).TrimEnd().Split('\n');
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.Equal(4, lines.Length);
        Assert.Equal("3 equal states after 1000 updates.", lines[^1]);
        var states = lines[..3].Select(line => line.Split(": ", 2)).ToList();
        Assert.Equal(3, states.Select(state => state[0]).Distinct().Count());
        Assert.StartsWith("revision 1000, 1000 updates, sum 500500, digest ", Assert.Single(states.Select(state => state[1]).Distinct()), StringComparison.Ordinal);
    }
}
