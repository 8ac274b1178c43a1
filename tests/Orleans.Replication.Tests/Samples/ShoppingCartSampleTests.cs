using System.Diagnostics;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Samples;

/// <summary>samples/ShoppingCart as a process of its own.</summary>
public sealed class ShoppingCartSampleTests
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace(Path.Combine("tests", "Orleans.Replication.Tests"), Path.Combine("samples", "ShoppingCart"), StringComparison.Ordinal),
        "ShoppingCart.dll");

    [Theory]
    [InlineData("Raft", "Carts, inventory, orders, subscription and reminder survived the restart of the silo.")]
    [InlineData("Memory", "Carts, inventory, orders, subscription and reminder work; these settings keep nothing over a restart.")]
    public async Task The_same_application_runs_on_memory_and_on_Raft_by_its_settings_alone(string settings, string expected)
    {
        using var folder = new TestFolder();
        var ports = FreePorts.Take(2);
        string[] arguments =
        [
            Program, "--settings", settings, "--Orleans:Endpoints:SiloPort", $"{ports[0]}", "--Orleans:Endpoints:GatewayPort", $"{ports[1]}",
            "--Orleans:Replication:DataDirectory", folder.Sub("data"),
        ];
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal((0, ""), (process.ExitCode, await errors));
        Assert.EndsWith(expected, output.TrimEnd(), StringComparison.Ordinal);
    }
}
