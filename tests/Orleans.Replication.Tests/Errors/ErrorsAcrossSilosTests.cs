using Orleans.Replication.Tests.Grains;
using Orleans.Replication.Tests.Silos;

namespace Orleans.Replication.Tests.Errors;

/// <summary>The errors keep their types and what they say from one real silo to another.</summary>
public sealed class ErrorsAcrossSilosTests(ThreeSilos silos) : IClassFixture<ThreeSilos>
{
    [Fact]
    public async Task Every_error_crosses_silos_with_all_it_has()
    {
        var here = silos[0].Grains.GetGrain<IThrowerGrain>("thrower");
        Assert.Equal(silos[0].Address, (await here.Where()).Silo);
        var away = silos[1].Grains.GetGrain<IThrowerGrain>("thrower");
        Assert.Equal(silos[0].Address, (await away.Where()).Silo);

        var unavailable = await ThrownAsync<ReplicationUnavailableException>(away);
        Assert.Equal("unavailable", unavailable.Message);
        Assert.Equal("inner", Assert.IsType<IOException>(unavailable.InnerException).Message);
        Assert.Equal("unknown", (await ThrownAsync<ReplicationOutcomeUnknownException>(away)).Message);
        Assert.Equal("configuration", (await ThrownAsync<ReplicationConfigurationException>(away)).Message);
        var rejected = await ThrownAsync<OperationRejectedException>(away);
        Assert.Equal(("rejected", "Some.Error"), (rejected.Message, rejected.ErrorType));
        var mismatch = await ThrownAsync<VersionMismatchException>(away);
        Assert.Equal((3, 4), (mismatch.ExpectedVersion, mismatch.ActualVersion));
    }

    [Fact]
    public async Task The_rejection_of_an_operation_in_an_ordinary_grain_reaches_a_caller_on_another_silo()
    {
        await silos[0].Grains.GetGrain<IOrdinaryBasketGrain>("rejecting").Add(1);
        foreach (var silo in silos.All)
        {
            var grain = silo.Grains.GetGrain<IOrdinaryBasketGrain>("rejecting");
            Assert.Equal("why", (await Assert.ThrowsAsync<OperationRejectedException>(async () => await grain.Fail("why"))).Message);
            await Assert.ThrowsAsync<VersionMismatchException>(async () => await grain.Write(new Basket(), expectedVersion: 0));
        }
    }

    private static Task<TError> ThrownAsync<TError>(IThrowerGrain grain)
        where TError : Exception => Assert.ThrowsAsync<TError>(async () => await grain.Throw(typeof(TError).Name));
}
