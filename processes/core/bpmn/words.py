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

# Who does the work in the standard's words; ours are in placet:assignment.
PEOPLE_PARTS = {
    "performer": "a performer",
    "humanPerformer": "a human performer",
    "potentialOwner": "potential owners",
    "resourceRole": "a resource role",
    "rendering": "a rendering",
}

# Tasks beside the processes, which calls can use, by the task that they are (BPMN 2.0.2, 10.3.7).
GLOBAL_TASKS = {
    "globalTask": "task",
    "globalUserTask": "userTask",
    "globalScriptTask": "scriptTask",
    "globalManualTask": "manualTask",
    "globalBusinessRuleTask": "businessRuleTask",
}

# What may stand beside the processes of a file and is not run.
ROOTS_NOT_RUN = {
    "choreography": "a choreography",
    "globalChoreographyTask": "a global choreography task",
    "globalConversation": "a global conversation",
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
