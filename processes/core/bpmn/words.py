"""The elements of BPMN 2.0.2 by their local names, with the words that people use for them."""

# Flow nodes: what sequence flows connect (BPMN 2.0.2, 8.4.9).
TASKS = {
    "task": "a task without a kind",
    "userTask": "a user task",
    "serviceTask": "a service task",
    "sendTask": "a send task",
    "receiveTask": "a receive task",
    "scriptTask": "a script task",
    "businessRuleTask": "a business rule task",
    "manualTask": "a manual task",
}
SUB_PROCESSES = {
    "subProcess": "a sub-process",
    "transaction": "a transaction",
    "adHocSubProcess": "an ad-hoc sub-process",
}
ACTIVITIES = TASKS | SUB_PROCESSES | {"callActivity": "a call of another process"}
GATEWAYS = {
    "exclusiveGateway": "an exclusive gateway",
    "parallelGateway": "a parallel gateway",
    "inclusiveGateway": "an inclusive gateway",
    "complexGateway": "a complex gateway",
    "eventBasedGateway": "an event-based gateway",
}
EVENTS = {
    "startEvent": "a start event",
    "endEvent": "an end event",
    "intermediateCatchEvent": "an intermediate catch event",
    "intermediateThrowEvent": "an intermediate throw event",
    "implicitThrowEvent": "an implicit throw event",
    "boundaryEvent": "a boundary event",
}
FLOW_NODES = ACTIVITIES | GATEWAYS | EVENTS

DEFINITIONS = {
    "messageEventDefinition": "message",
    "timerEventDefinition": "timer",
    "signalEventDefinition": "signal",
    "conditionalEventDefinition": "condition",
    "errorEventDefinition": "error",
    "escalationEventDefinition": "escalation",
    "compensateEventDefinition": "compensation",
    "cancelEventDefinition": "cancel",
    "linkEventDefinition": "link",
    "terminateEventDefinition": "terminate",
}

# Which definitions an event may carry (BPMN 2.0.2, tables 10.84 to 10.93).
START = {"message", "timer", "condition", "signal"}
EVENT_SUB_PROCESS_START = START | {"error", "escalation", "compensation"}
CATCH = {"message", "timer", "condition", "link", "signal"}
THROW = {"message", "escalation", "compensation", "link", "signal"}
END = {"message", "escalation", "error", "cancel", "compensation", "signal", "terminate"}
BOUNDARY = {
    *("message", "timer", "escalation", "error", "cancel", "compensation"),
    *("condition", "signal"),
}
ALWAYS_INTERRUPTING = {"error", "cancel", "compensation"}

# Standard parts that change what an element does and are not run. The words follow “has”.
PARTS = {
    "standardLoopCharacteristics": "a loop marker",
    "multiInstanceLoopCharacteristics": "a multi-instance marker",
    "ioSpecification": "data inputs and outputs of its own",
    "ioBinding": "an operation binding",
    "performer": "a performer",
    "humanPerformer": "a human performer",
    "potentialOwner": "potential owners",
    "resourceRole": "a resource role",
    "rendering": "a rendering",
    "correlationSubscription": "a correlation subscription",
    "dataInput": "a data input",
    "dataOutput": "a data output",
    "inputSet": "an input set",
    "outputSet": "an output set",
}
PEOPLE_PARTS = {"performer", "humanPerformer", "potentialOwner", "resourceRole", "rendering"}

# Standard parts that say nothing about how the process runs.
DRAWN_ONLY = frozenset(
    {
        *("documentation", "extensionElements", "auditing", "monitoring", "categoryValueRef"),
        *("incoming", "outgoing", "laneSet", "textAnnotation", "association", "group"),
        *("dataObject", "dataObjectReference", "dataStoreReference", "property", "supports"),
        *("dataInputAssociation", "dataOutputAssociation", "sequenceFlow", "eventDefinitionRef"),
        *("supportedInterfaceRef", "conditionExpression"),
    }
)

# What may stand beside the processes of a file without being run.
ROOTS = frozenset(
    {
        *("category", "correlationProperty", "dataStore", "documentation", "endPoint", "error"),
        *("escalation", "eventDefinition", "extension", "extensionElements", "interface"),
        *("itemDefinition", "message", "partnerEntity", "partnerRole", "relationship"),
        *("resource", "signal", "collaboration", "globalTask", "globalUserTask"),
        *("globalScriptTask", "globalManualTask", "globalBusinessRuleTask", "globalConversation"),
        *("process", *DEFINITIONS),
    }
)
ROOTS_NOT_RUN = {
    "choreography": "a choreography",
    "globalChoreographyTask": "a global choreography task",
    "import": "an import of another file",
}

# Vendors whose attributes say what should happen; other foreign names are decoration.
DIALECTS = {
    "http://camunda.org/schema/1.0/bpmn": "camunda",
    "http://camunda.org/schema/zeebe/1.0": "zeebe",
    "http://activiti.org/bpmn": "activiti",
    "http://flowable.org/bpmn": "flowable",
    "http://www.jboss.org/drools": "drools",
}
