import JSON
package struct OrchestratorEngine: Engine { package let agentID = "core.orchestrator"; package func run(_ input: EngineInput) -> EngineOutcome { .fail(message: "") } }
package struct QualityEngine: Engine { package let agentID = "core.quality"; package func run(_ input: EngineInput) -> EngineOutcome { .fail(message: "") } }
