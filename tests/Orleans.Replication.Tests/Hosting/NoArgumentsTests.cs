using Orleans.Hosting;
using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Hosting;

/// <summary>The embedded default. It depends on the current folder, which belongs to the whole process: no other test runs meanwhile.</summary>
[Collection(nameof(NoArgumentsTests))]
[CollectionDefinition(nameof(NoArgumentsTests), DisableParallelization = true)]
public sealed class NoArgumentsTests
{
    [Fact]
    public async Task AddRaftReplication_without_arguments_is_a_working_silo_with_its_data_below_the_current_folder()
    {
        using var folder = new TestFolder();
        var previous = Environment.CurrentDirectory;
        Environment.CurrentDirectory = folder.Path;
        try
        {
            await using var silo = TestSilo.CreateAlone(silo => silo.AddRaftReplication());
            await silo.StartAsync();
            Assert.Equal(1, await silo.Grains.GetGrain<IReplicatedBasketGrain>("g").Add(1));
            Assert.True(File.Exists(Path.Combine(folder.Path, "data", "identity.key")));
            Assert.True(Directory.Exists(Path.Combine(folder.Path, "data", "groups", "default")));
        }
        finally
        {
            Environment.CurrentDirectory = previous;
        }
    }
}
